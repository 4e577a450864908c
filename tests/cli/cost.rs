//! `cost`, and what verbs of this machine say of a place in Azure.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::World;

/// The project's own.
pub(crate) const AZURE: &str = include_str!("../../profiles/azure.yaml");
const SEED: &str = include_str!("../../profiles/azure-seed.yaml");

fn world() -> World {
    let world = World::new();
    world.write("profiles/azure.yaml", AZURE);
    world.write("profiles/azure-seed.yaml", SEED);
    world
}

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
fn what_a_place_in_azure_costs_is_told_with_where_the_prices_come_from() {
    assert_snapshot!(world().run("cost -p azure"), @r"
    WHAT                 SIZE                      UNIT PRICE               PER MONTH
    control plane        free                      0 per hour               0.00
    nodes (system)       2 x Standard_D2s_v5       0.115 per hour           167.90
    node disks (system)  2 x 32 GiB                5.28 per month           ~10.56
    database             1 x Standard_B2s          0.068 per hour           ~49.64
    database storage     1 x 20 GiB                0.115 per GiB and month  ~2.30
    registry             basic                     0.1666 per day           ~5.06
    load balancer        1 with 1 rule             0.025 per hour           18.25
    public address       1, one for what goes out  0.005 per hour           ~3.65
    private DNS zone     of the database           0.5 per month            ~0.50
    database backups     beyond 20 GiB             0.095 per GiB and month  by use
    traffic              what goes out             unknown                  by use
    total                                                                   about 257.86

    azure (westeurope):
      control plane: this tier has no meter, and no promise of availability
      node disks (system): nothing where Azure puts the disks on the machines themselves (ephemeral)
      database storage: more once it has grown
      load balancer: of a cluster; up to five rules are one price
      easily left out, as the article of 2020 did: 32.96 for
        node disks (system), load balancer, public address, private DNS zone
      ~ a price of another region, since none is known for this one
      `harness cost -p azure --refresh` asks Azure for the prices of westeurope

    US dollars, list price, without tax or discount; 730 hours a month. What is by use is not in the
    total.
    Prices of 2026-10-03 to 2026-11-23: the harness's own list, whose sources `--output json` names.
    --- exit 0
    ");
}

#[test]
fn profiles_are_shown_side_by_side() {
    assert_snapshot!(world().run("cost -p simulated -p azure -p azure-seed"), @r"
    WHAT                    simulated  azure         azure-seed
    control plane           -          0.00          0.00
    nodes (agentpool)       -          -             unknown
    node disks (agentpool)  -          -             ~15.84
    nodes (system)          -          167.90        -
    node disks (system)     -          ~10.56        -
    database                -          ~49.64        unknown
    database storage        -          ~2.30         ~2.30
    registry                -          ~5.06         ~5.06
    load balancer           -          18.25         18.25
    public address          -          ~3.65         ~10.95
    private DNS zone        -          ~0.50         ~0.50
    database backups        -          by use        by use
    traffic                 -          by use        by use
    total                   0.00       about 257.86  at least about 52.90

    simulated: runs on this machine

    azure (westeurope):
      control plane: this tier has no meter, and no promise of availability
      node disks (system): nothing where Azure puts the disks on the machines themselves (ephemeral)
      database storage: more once it has grown
      load balancer: of a cluster; up to five rules are one price
      easily left out, as the article of 2020 did: 32.96 for
        node disks (system), load balancer, public address, private DNS zone
      ~ a price of another region, since none is known for this one
      `harness cost -p azure --refresh` asks Azure for the prices of westeurope

    azure-seed (westeurope):
      control plane: this tier has no meter, and no promise of availability
      node disks (agentpool): nothing where Azure puts the disks on the machines themselves (ephemeral)
      database storage: more once it has grown
      load balancer: of a cluster; up to five rules are one price
      easily left out, as the article of 2020 did: 45.54 for
        node disks (agentpool), load balancer, public address, private DNS zone
      ~ a price of another region, since none is known for this one
      `harness cost -p azure-seed --refresh` asks Azure for the prices of westeurope

    US dollars, list price, without tax or discount; 730 hours a month. What is by use is not in the
    total.
    Prices of 2026-10-03 to 2026-11-23: the harness's own list, whose sources `--output json` names.
    --- exit 0
    ");
}

#[test]
fn the_document_has_every_line_with_the_source_of_its_price() {
    let json = world()
        .run("cost -p simulated -p azure-seed --output json")
        .json();
    let [here, seed] = json["profiles"].as_array().expect("profiles").as_slice() else {
        panic!("{json:#}");
    };
    assert_eq!((&here["total"], &here["lines"]), (&json!(0.0), &json!([])));
    assert_eq!(seed["at-least"], true);
    let lines = seed["lines"].as_array().expect("lines");
    let of = |what: &str| {
        lines
            .iter()
            .find(|line| line["what"] == what)
            .expect("a line")
    };
    assert_eq!(of("database")["per-month"], Value::Null);
    assert_snapshot!(format!("{:#}", of("public address")), @r#"
    {
      "comes-along": true,
      "kind": "fixed",
      "meter": "public-ip",
      "note": null,
      "per-month": 10.95,
      "price": {
        "borrowed": true,
        "date": "2026-10-07",
        "list": "built-in",
        "region": "centralus",
        "source": "Azure Retail Prices API for Central US"
      },
      "quantity": 2190.0,
      "size": "3, one for what goes out",
      "unit": "1 Hour",
      "unit-price": 0.005,
      "what": "public address"
    }
    "#);
}

#[test]
fn more_than_the_budget_is_said_and_ends_with_a_code_of_its_own() {
    let world = world();
    let over = world.run("cost -p azure --set backend.azure.budget=200");
    assert_eq!(over.code, 99, "{over}");
    assert_snapshot!(over.stderr.trim_end(), @"! profile azure is over its budget: about 257.86 USD a month, and 200 are allowed");
    let within = world.run("cost -p azure --set backend.azure.budget=300");
    assert_eq!((within.code, &*within.stderr), (0, ""), "{within}");
    assert!(
        within.stdout.contains("within its budget of 300"),
        "{within}"
    );
    let unknown = world.run("cost -p azure-seed --set backend.azure.budget=300");
    assert_eq!(unknown.code, 0, "{unknown}");
    assert!(
        unknown
            .stdout
            .contains("whether it is within its budget of 300 is unknown"),
        "{unknown}"
    );
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
    assert_snapshot!(run.stderr.trim_end(), @"· prices of westeurope: 2 fetched, not found: managed-disk/P4, mysql-server/Standard_B2s, mysql-storage, load-balancer, public-ip, private-dns-zone, mysql-backup");
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
    error: `http://prices.example` is neither HTTPS nor on this machine: what it says of prices is anybody's word
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
    error: `[folder]/.harness/prices.json` is no list of prices: missing field `date` at line 1 column 2
      hint: remove `[folder]/.harness/prices.json`, or write it anew with `--refresh`
    --- exit 65
    ");
}

#[test]
fn verbs_of_this_machine_do_not_work_on_a_place_in_azure_and_say_what_does() {
    let world = world();
    assert_snapshot!(world.run("up -p azure"), @"
    --- stderr
    error: profile `azure` is a place in Azure, and this verb is for places of this machine
      hint: `harness promote -p azure` does it there
      hint: add `--backend k3d` or `--backend process` to run the same topology here
    --- exit 64
    ");
    let down = world.run("down -p azure");
    assert_eq!(down.code, 64, "{down}");
    assert!(down.stderr.contains("`harness destroy -p azure`"), "{down}");
    for verb in ["status", "logs", "open web", "outputs"] {
        let run = world.run(&format!("{verb} -p azure"));
        assert_eq!(run.code, 77, "{verb}: {run}");
        assert!(
            run.stderr.contains("could not sign in to Azure"),
            "{verb}: {run}"
        );
    }
    assert!(!world.path().join(".harness").exists(), "nothing was made");
    assert_eq!(world.run("up -p azure --backend simulated").code, 0);
    assert_eq!(world.run("down -p azure --backend simulated").code, 0);
}
