//! Tests against a local price API that follows Azure's documentation and recorded answers.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{Receiver, channel};

use model::profile::azure::RegistrySku;
use serde_json::{Value, json};

use super::*;
use crate::price::Unit;

/// Starts a server that gives one answer to each connection. `BASE` in an answer is the server's
/// own address. Returns that address, and a channel with the request lines.
fn serve(answers: Vec<(&'static str, Value)>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let base = format!("http://{}/prices", listener.local_addr().expect("bound"));
    let (sender, requests) = channel();
    let mut answers: VecDeque<_> = answers.into();
    let own = base.clone();
    std::thread::spawn(move || {
        while let Some((head, body)) = answers.pop_front() {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut buffer = [0; 4096];
            // A request fits into one read.
            let length = stream.read(&mut buffer).expect("a request");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let _ = sender.send(text.lines().next().unwrap_or_default().to_owned());
            let body = body.to_string().replace("BASE", &own);
            let length = body.len();
            let head = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close");
            let _ = write!(stream, "{head}\r\n\r\n{body}");
        }
    });
    (base, requests)
}

fn item(product: &str, sku: &str, meter: &str, unit: &str, price: f64) -> Value {
    json!({
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": price, "unitPrice": price,
        "armRegionName": "westeurope", "location": "EU West", "meterName": meter,
        "productName": product, "skuName": sku, "unitOfMeasure": unit, "type": "Consumption",
        "isPrimaryMeterRegion": true, "armSkuName": "",
    })
}

fn page(items: &[Value], next: Option<&str>) -> Value {
    json!({"BillingCurrency": "USD", "Items": items, "NextPageLink": next, "Count": items.len()})
}

async fn fetch(base: &str, meters: &[Meter]) -> Result<Fetched, Error> {
    let today = jiff::civil::date(2026, 11, 24);
    Retail::at(base)?.fetch(meters, "westeurope", today).await
}

fn prices(fetched: &Fetched) -> Vec<(&str, f64, Unit)> {
    let entries = fetched.entries.iter();
    entries.map(|it| (&*it.meter, it.price, it.unit)).collect()
}

fn machine() -> Meter {
    Meter::Machine("Standard_D2s_v5".to_owned())
}

#[tokio::test]
async fn pages_are_followed_and_items_of_other_meters_are_left_out() {
    let dsv5 = "Virtual Machines Dsv5 Series";
    let first = [
        item(
            "Virtual Machines Dsv5 Series Windows",
            "D2s v5",
            "D2s v5",
            "1 Hour",
            0.2,
        ),
        item(dsv5, "D2s v5 Spot", "D2s v5 Spot", "1 Hour", 0.02),
    ];
    let second = [
        item(
            dsv5,
            "D2s v5 Low Priority",
            "D2s v5 Low Priority",
            "1 Hour",
            0.03,
        ),
        item(dsv5, "D2s v5", "D2s v5", "1 Hour", 0.115),
    ];
    let (base, requests) = serve(vec![
        ("200 OK", page(&first, Some("BASE?$skip=100"))),
        ("200 OK", page(&second, None)),
    ]);
    let fetched = fetch(&base, &[machine()]).await.expect("prices");
    assert_eq!(
        prices(&fetched),
        [("virtual-machine/Standard_D2s_v5", 0.115, Unit::Hour)]
    );
    let requests: Vec<String> = requests.iter().collect();
    insta::assert_snapshot!(requests.join("\n"), @r"
    GET /prices?api-version=2023-01-01-preview&currencyCode=%27USD%27&meterRegion=%27primary%27&$filter=armRegionName%20eq%20%27westeurope%27%20and%20serviceName%20eq%20%27Virtual%20Machines%27%20and%20armSkuName%20eq%20%27Standard_D2s_v5%27%20and%20priceType%20eq%20%27Consumption%27 HTTP/1.1
    GET /prices?$skip=100 HTTP/1.1
    ");
}

#[tokio::test]
async fn a_price_that_is_no_longer_valid_is_ignored() {
    let tier = "FreeTierInfrastructureCost";
    let row = |price: f64, end: Option<&str>| {
        let meter = format!("{tier} Uptime SLA");
        let mut row = item("Azure Kubernetes Service", tier, &meter, "1 Hour", price);
        if let Some(end) = end {
            row["effectiveEndDate"] = json!(end);
        }
        row
    };
    let free = || Meter::ControlPlane(model::profile::azure::Tier::Free);
    let rows = [
        row(0.05, None),
        row(0.01, Some("2026-09-30T23:59:00Z")),
        row(0.05, Some("2026-11-24T23:59:00Z")),
    ];
    let (base, _requests) = serve(vec![("200 OK", page(&rows, None))]);
    let fetched = fetch(&base, &[free()]).await.expect("prices");
    assert_eq!(prices(&fetched), [("kubernetes/free", 0.05, Unit::Hour)]);
    let (base, _requests) = serve(vec![("200 OK", page(&rows[1..2], None))]);
    let fetched = fetch(&base, &[free()]).await.expect("prices");
    assert_eq!(fetched.unknown, [free()]);
}

#[tokio::test]
async fn meters_of_one_service_need_one_request() {
    let server = "Azure Database for MySQL Flexible Server";
    let items = [
        item(
            &format!("{server} Burstable BS Series Compute"),
            "B2S",
            "B2S",
            "1 Hour",
            0.07,
        ),
        item(
            &format!("{server} Storage"),
            "Storage",
            "Storage Data Stored",
            "1 GB/Month",
            0.12,
        ),
        item(
            "Azure Database for MySQL Single Server Storage",
            "x",
            "Storage Data Stored",
            "1 GB/Month",
            9.0,
        ),
    ];
    let (base, requests) = serve(vec![("200 OK", page(&items, None))]);
    let meters = [
        Meter::MysqlServer("Standard_B2s".to_owned()),
        Meter::MysqlStorage,
        Meter::MysqlBackup,
    ];
    let fetched = fetch(&base, &meters).await.expect("prices");
    assert_eq!(
        prices(&fetched),
        [
            ("mysql-server/Standard_B2s", 0.07, Unit::Hour),
            ("mysql-storage", 0.12, Unit::GibMonth)
        ]
    );
    assert_eq!(fetched.unknown, [Meter::MysqlBackup]);
    assert_eq!(requests.iter().count(), 1);
}

#[tokio::test]
async fn an_ambiguous_price_is_unknown() {
    let name = "Basic Registry Unit";
    for items in [
        vec![
            item("CR", "Basic", name, "1/Day", 0.1),
            item("CR", "Basic", name, "1/Day", 0.2),
        ],
        vec![item("CR", "Basic", name, "1 Hour", 0.1)],
        vec![item("CR", "Basic", "basic registry unit", "1/Day", 0.1)],
        vec![item("CR", "Basic", name, "1/Day", 0.0)],
        Vec::new(),
    ] {
        let (base, _requests) = serve(vec![("200 OK", page(&items, None))]);
        let basic = Meter::Registry(RegistrySku::Basic);
        let fetched = fetch(&base, std::slice::from_ref(&basic))
            .await
            .expect("an answer");
        assert_eq!(
            (fetched.entries, fetched.unknown),
            (Vec::new(), vec![basic])
        );
    }
}

#[tokio::test]
async fn a_busy_api_is_retried() {
    let zone = item("Azure DNS", "Private", "Private Zone", "1/Month", 0.5);
    let later = "429 Too Many Requests\r\nretry-after: 0";
    let (base, requests) = serve(vec![
        (later, json!({})),
        ("503 Service Unavailable\r\nretry-after: 0", json!({})),
        ("200 OK", page(&[zone], None)),
    ]);
    let fetched = fetch(&base, &[Meter::PrivateDnsZone])
        .await
        .expect("prices");
    assert_eq!(prices(&fetched), [("private-dns-zone", 0.5, Unit::Month)]);
    assert_eq!(requests.iter().count(), 3);

    let (base, _requests) = serve(vec![(later, json!({})); ATTEMPTS as usize]);
    let error = fetch(&base, &[Meter::PrivateDnsZone])
        .await
        .expect_err("it never answers");
    let shown = error.to_string().replace(&base, "BASE");
    assert_eq!(shown, "BASE answered 429 Too Many Requests 6 times");
}

#[test]
fn a_wait_is_what_the_answer_asks_for_or_doubles() {
    let seconds = |asked, attempt| pause(asked, attempt).as_secs();
    assert_eq!([seconds(Some(7), 1), seconds(Some(9999), 1)], [7, 60]);
    assert_eq!([1, 2, 3, 6].map(|it| seconds(None, it)), [1, 2, 4, 32]);
}

#[tokio::test]
async fn a_next_page_at_another_address_is_not_followed() {
    let elsewhere = page(&[], Some("https://example.com/prices?$skip=100"));
    let (base, _requests) = serve(vec![("200 OK", elsewhere)]);
    let error = fetch(&base, &[machine()]).await.expect_err("refused");
    assert!(matches!(error, Error::InvalidNextPage { .. }), "{error}");
}

#[tokio::test]
async fn an_unreadable_or_missing_page_is_an_error() {
    let (base, _requests) = serve(vec![
        ("200 OK", json!({"Items": 3})),
        ("404 Not Found", json!({})),
    ]);
    let error = fetch(&base, &[machine()]).await.expect_err("unreadable");
    assert!(matches!(error, Error::Page { .. }), "{error}");
    let error = fetch(&base, &[machine()]).await.expect_err("not there");
    assert!(matches!(error, Error::Fetch { .. }), "{error}");
}

#[test]
fn an_address_without_tls_is_refused() {
    for base in ["http://prices.example", "ftp://127.0.0.2/", "prices"] {
        assert!(
            matches!(Retail::at(base), Err(Error::Unsafe { .. })),
            "{base}"
        );
    }
    assert!(Retail::at(BASE).is_ok());
}
