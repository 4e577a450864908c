//! `cost --refresh`: prices that are fetched, and kept.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::cost::world;

/// A price API that has `items` for every question, on two pages, after it has asked to come later.
fn price_api(items: Vec<Value>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let base = format!("http://{}/prices", listener.local_addr().expect("bound"));
    let own = base.clone();
    std::thread::spawn(move || {
        let mut first = true;
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut buffer = [0; 4096];
            // A question fits into one read.
            let length = stream.read(&mut buffer).expect("a question");
            let is_second_page = String::from_utf8_lossy(&buffer[..length]).contains("$skip=");
            let (head, body) = if std::mem::take(&mut first) {
                ("429 Too Many Requests\r\nretry-after: 0", json!({}))
            } else if is_second_page {
                ("200 OK", json!({"Items": items, "NextPageLink": null}))
            } else {
                let next = format!("{own}?$skip=100");
                ("200 OK", json!({"Items": [], "NextPageLink": next}))
            };
            let (body, close) = (body.to_string(), "connection: close");
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {head}\r\ncontent-length: {length}\r\n{close}\r\n\r\n{body}"
            );
        }
    });
    base
}

fn item(service: &str, sku: &str, meter: &str, unit: &str, price: f64) -> Value {
    json!({
        "retailPrice": price, "tierMinimumUnits": 0.0, "armRegionName": "westeurope",
        "productName": service, "skuName": sku, "meterName": meter, "unitOfMeasure": unit,
        "type": "Consumption",
    })
}

#[test]
fn a_region_that_no_price_list_knows_is_told_as_that() {
    let world = world();
    let mars = "cost -p azure --set backend.azure.region=mars";
    let run = world.run(mars);
    let told = "  no price list has the region mars: these are prices of other regions; check \
                that the region exists";
    assert!(run.stdout.contains(told), "{run}");
    let json = world.run(&format!("{mars} --output json")).json();
    assert_eq!(json["profiles"][0]["region-known"], false);
    let base = price_api(Vec::new());
    let fetched = world.run(&format!("{mars} --refresh --prices-from {base}"));
    assert_eq!(fetched.code, 0, "{fetched}");
    assert_snapshot!(fetched.stderr.trim_end(), @"! prices of mars: Azure's price list has no such region; `az account list-locations --output table` lists the regions");
    assert!(fetched.stdout.contains(told), "{fetched}");
    let known = world.run("cost -p azure --output json").json();
    assert_eq!(known["profiles"][0]["region-known"], true);
}

#[test]
fn fetched_prices_are_kept_and_go_before_the_harnesss_own() {
    let world = world();
    let base = price_api(vec![
        item(
            "Virtual Machines Dsv5 Series",
            "D2s v5",
            "D2s v5",
            "1 Hour",
            0.2,
        ),
        item(
            "Container Registry",
            "Basic",
            "Basic Registry Unit",
            "1/Day",
            0.5,
        ),
    ]);
    let run = world.run(&format!("cost -p azure --refresh --prices-from {base}"));
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(run.stderr.trim_end(), @"· prices of westeurope: 2 fetched, not found: kubernetes/free, managed-disk/P4, mysql-server/Standard_B2s, mysql-storage, load-balancer, public-ip, private-dns-zone, mysql-backup");
    let json = world.run("cost -p azure --output json").json();
    let lines = json["profiles"][0]["lines"].as_array().expect("lines");
    let fetched = lines
        .iter()
        .filter(|line| line["price"]["list"] == "fetched");
    let fetched: Vec<String> = fetched
        .map(|line| format!("{}: {}", line["what"], line["per-month"]))
        .collect();
    assert_snapshot!(fetched.join("\n"), @r#"
    "nodes (system)": 292.0
    "registry": 15.2
    "#);
    assert!(
        world
            .run("cost -p azure")
            .stdout
            .contains(".harness/prices.json")
    );
}

#[test]
fn prices_that_anybody_could_have_sent_are_not_fetched() {
    let world = world();
    assert_snapshot!(world.run("cost -p azure --refresh --prices-from http://prices.example"), @r"
    --- stderr
    error: refusing prices from `http://prices.example`: it is neither HTTPS nor on this machine, so anybody could answer
    --- exit 64
    ");
    assert!(!world.path().join(".harness").exists(), "nothing was made");
}

#[test]
fn kept_prices_that_cannot_be_read_are_an_error_with_a_way_out() {
    let world = world();
    world.write(".harness/prices.json", "{}");
    assert_snapshot!(world.run("cost -p azure"), @r"
    --- stderr
    error: `[folder]/.harness/prices.json` is not a price list: missing field `date` at line 1 column 2
      hint: Remove `[folder]/.harness/prices.json`, or replace it with `--refresh`.
    --- exit 65
    ");
}
