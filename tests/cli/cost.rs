//! `cost`, and what verbs of this machine say of a place in Azure.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::World;

/// The project's own.
pub(crate) const AZURE: &str = include_str!("../../profiles/azure.yaml");
const SEED: &str = include_str!("../../profiles/azure-seed.yaml");

/// A database whose price is in no list.
const UNKNOWN: &str = "--set backend.azure.mysql.sku=Standard_E2ds_v5";

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
    assert_snapshot!(world().run("cost -p azure"), @"
    WHAT                 SIZE                      UNIT PRICE               PER MONTH
    control plane        free                      0 per hour               0 to ~36.50
    nodes (system)       2 x Standard_D2s_v5       0.096 per hour           ~140.16
    node disks (system)  2 x 32 GiB                5.28 per month           ~10.56
    database             1 x Standard_B2s          0.068 per hour           ~49.64
    database storage     1 x 20 GiB                0.115 per GiB and month  ~2.30
    registry             basic                     0.1666 per day           ~5.06
    load balancer        1 with 1 rule             0.025 per hour           18.25
    public address       1, one for what goes out  0.005 per hour           ~3.65
    private DNS zone     of the database           0.5 per month            0.50
    database backups     beyond 20 GiB             0.095 per GiB and month  by use
    traffic              what goes out             unknown                  by use
    total                                                                   about 230.12

    azure (westeurope):
      control plane: has a meter since 2026-10-01; unconfirmed whether charged, so not in the total
      node disks (system): nothing where Azure puts the disks on the machines themselves (ephemeral)
      database storage: more once it has grown
      load balancer: of a cluster; up to five rules are one price
      easily left out, as the article of 2020 did: 32.96 for
        node disks (system), load balancer, public address, private DNS zone
      ~ a price of another region, since none is known for this one
      `harness cost -p azure --refresh` asks Azure for the prices of westeurope

    US dollars, list price, without tax or discount; 730 hours a month. What is by use is not in the
    total.
    Prices of 2026-10-01 to 2026-11-28: the harness's own list, whose sources `--output json` names.
    --- exit 0
    ");
}

#[test]
fn profiles_are_shown_side_by_side() {
    assert_snapshot!(world().run("cost -p simulated -p azure -p azure-seed"), @"
    WHAT                    simulated  azure         azure-seed
    control plane           -          0 to ~36.50   0 to ~36.50
    nodes (agentpool)       -          -             ~319.74
    node disks (agentpool)  -          -             ~15.84
    nodes (system)          -          ~140.16       -
    node disks (system)     -          ~10.56        -
    database                -          ~49.64        ~16.06
    database storage        -          ~2.30         ~2.30
    registry                -          ~5.06         ~5.06
    load balancer           -          18.25         18.25
    public address          -          ~3.65         ~10.95
    private DNS zone        -          0.50          0.50
    database backups        -          by use        by use
    traffic                 -          by use        by use
    total                   0.00       about 230.12  about 388.70

    simulated: runs on this machine

    azure (westeurope):
      control plane: has a meter since 2026-10-01; unconfirmed whether charged, so not in the total
      node disks (system): nothing where Azure puts the disks on the machines themselves (ephemeral)
      database storage: more once it has grown
      load balancer: of a cluster; up to five rules are one price
      easily left out, as the article of 2020 did: 32.96 for
        node disks (system), load balancer, public address, private DNS zone
      ~ a price of another region, since none is known for this one
      `harness cost -p azure --refresh` asks Azure for the prices of westeurope

    azure-seed (westeurope):
      control plane: has a meter since 2026-10-01; unconfirmed whether charged, so not in the total
      node disks (agentpool): nothing where Azure puts the disks on the machines themselves (ephemeral)
      database storage: more once it has grown
      load balancer: of a cluster; up to five rules are one price
      easily left out, as the article of 2020 did: 45.54 for
        node disks (agentpool), load balancer, public address, private DNS zone
      ~ a price of another region, since none is known for this one
      `harness cost -p azure-seed --refresh` asks Azure for the prices of westeurope

    US dollars, list price, without tax or discount; 730 hours a month. What is by use is not in the
    total.
    Prices of 2026-10-01 to 2026-11-28: the harness's own list, whose sources `--output json` names.
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
    assert_eq!(seed["at-least"], false);
    let lines = seed["lines"].as_array().expect("lines");
    let of = |what: &str| {
        lines
            .iter()
            .find(|line| line["what"] == what)
            .expect("a line")
    };
    let odd = world().run(&format!("cost -p azure-seed {UNKNOWN} --output json"));
    let odd = &odd.json()["profiles"][0];
    let lines = odd["lines"].as_array().expect("lines");
    let database = lines.iter().find(|line| line["what"] == "database");
    assert_eq!(odd["at-least"], true);
    assert_eq!(database.expect("a line")["per-month"], Value::Null);
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
        "source": "https://prices.azure.com/api/retail/prices, as asked for Central US"
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
    assert_snapshot!(over.stderr.trim_end(), @"! profile azure is over its budget: about 230.12 USD a month, and 200 are allowed");
    let within = world.run("cost -p azure --set backend.azure.budget=300");
    assert_eq!((within.code, &*within.stderr), (0, ""), "{within}");
    assert!(
        within.stdout.contains("within its budget of 300"),
        "{within}"
    );
    let unknown = world.run(&format!(
        "cost -p azure-seed --set backend.azure.budget=600 {UNKNOWN}"
    ));
    assert_eq!(unknown.code, 0, "{unknown}");
    assert!(
        unknown
            .stdout
            .contains("whether it is within its budget of 600 is unknown"),
        "{unknown}"
    );
}

#[test]
fn the_articles_bill_is_printed_as_it_was_and_apart_from_it_what_it_left_out() {
    let world = world();
    assert_snapshot!(world.run("cost -p azure-seed --prices article-2020"), @"
    WHAT               SIZE                 UNIT PRICE             PER MONTH
    nodes (agentpool)  3 x Standard_DS2_v2  0.114 per hour         249.66
    database           1 x Basic_Gen5_1     0.034 per hour         24.82
    database storage   1 x 5 GiB            0.1 per GiB and month  0.50
    registry           basic                5 per month            5.00
    total                                                          279.98

    What the article left out, at the prices of today:

    WHAT                    SIZE                      UNIT PRICE               PER MONTH
    control plane           free                      0 per hour               0 to ~36.50
    node disks (agentpool)  3 x 30 GiB                5.28 per month           ~15.84
    load balancer           1 with 3 rules            0.025 per hour           18.25
    public address          3, one for what goes out  0.005 per hour           ~10.95
    private DNS zone        of the database           0.5 per month            0.50
    database backups        beyond 20 GiB             0.095 per GiB and month  by use
    traffic                 what goes out             unknown                  by use
    total                                                                      about 45.54

    azure-seed (westeurope):
      database: the smallest of a service that is retired; Standard_B1ms is the smallest today
      database storage: 5 GiB were the least then, 20 are today
      control plane: has a meter since 2026-10-01; unconfirmed whether charged, so not in the total
      node disks (agentpool): nothing where Azure puts the disks on the machines themselves (ephemeral)
      load balancer: of a cluster; up to five rules are one price
      ~ a price of another region, since none is known for this one
      `harness cost -p azure-seed --refresh` asks Azure for the prices of westeurope

    US dollars, list price, without tax or discount; 730 hours a month. What is by use is not in the
    total.
    Prices of 2026-10-01 to 2026-11-28: the harness's own list, whose sources `--output json` names.
    Prices of 2020-11-24: the table of the article of 2020, in East US.
    --- exit 0
    ");
    let json = world
        .run("cost -p azure-seed --prices article-2020 --output json")
        .json();
    let seed = &json["profiles"][0];
    assert_eq!(
        (&seed["total"], &seed["at-least"]),
        (&json!(279.98), &json!(false))
    );
    let amounts: Vec<&Value> = seed["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| &line["per-month"])
        .collect();
    assert_eq!(amounts, [249.66, 24.82, 0.5, 5.0]);
    let left_out = seed["left-out"]["lines"].as_array().expect("lines");
    let disks = left_out
        .iter()
        .find(|line| line["what"] == "node disks (agentpool)");
    assert_eq!(disks.expect("a line")["price"]["list"], "built-in");
    let other = world.run("cost -p azure --prices article-2020");
    assert!(other.stdout.contains("at least"), "{other}");
    let both = world.run("cost -p azure-seed --prices article-2020 --refresh");
    assert_eq!(both.code, 64, "{both}");
}

#[test]
fn an_example_range_is_told_of_where_it_stands_and_is_no_error() {
    let world = world();
    let told = |run: &crate::fixture::Run| {
        let lines = run.stderr.lines().filter(|line| line.contains("RFC 5737"));
        lines.map(str::to_owned).collect::<Vec<String>>().join("\n")
    };
    let plan = world.run("plan -p azure-seed --rehearse --set worker.run={\"image\":\"a/b:1\"}");
    assert_snapshot!(told(&plan), @"
    ! profiles/azure-seed.yaml:30:30: `203.0.113.0/24` is kept for documentation (RFC 5737) and belongs to nobody: put the addresses that you come from in its place
    ! profiles/azure-seed.yaml:31:34: `203.0.113.0/24` is kept for documentation (RFC 5737) and belongs to nobody: put the addresses that you come from in its place
    ");
    let up = world.run("up -p azure-seed --backend simulated --set backend.azure.expose.web=cluster-ip --set backend.azure.kubernetes.authorized-ip-ranges=[198.51.100.7/32]");
    assert_eq!(up.code, 0, "{up}");
    assert_snapshot!(told(&up), @"
    ! profiles/azure-seed.yaml:31:34: `203.0.113.0/24` is kept for documentation (RFC 5737) and belongs to nobody: put the addresses that you come from in its place
    ! --set backend.azure.kubernetes.authorized-ip-ranges=[198.51.100.7/32]: `198.51.100.7/32` is kept for documentation (RFC 5737) and belongs to nobody: put the addresses that you come from in its place
    ");
    assert_eq!(world.run("down -p azure-seed --backend simulated").code, 0);
    let own = world.run("plan -p azure --rehearse --set worker.run={\"image\":\"a/b:1\"}");
    assert_eq!(told(&own), "");
}

#[test]
fn a_range_from_which_nobody_comes_to_a_public_address_is_told_of() {
    let world = world();
    let doubts = |set: &str| {
        let run = world.run(&format!(
            "up -p azure --backend simulated --set backend.azure.{set}"
        ));
        assert_eq!(run.code, 0, "{run}");
        let lines = run.stderr.lines().filter(|line| line.starts_with("! "));
        let said = lines.map(|line| line.split_once(": ").map_or(line, |(_, said)| said));
        said.map(str::to_owned).collect::<Vec<String>>()
    };
    let expose = |range: &str| format!("expose.web={{\"public\":{{\"allow\":[\"{range}\"]}}}}");
    let ranges = [
        "10.0.0.0/8",
        "10.240.0.0/16",
        "172.31.0.0/16",
        "192.168.1.0/24",
        "100.64.0.0/10",
        "127.0.0.1/32",
        "169.254.169.254/32",
        "224.0.0.0/8",
        "255.255.255.255/32",
    ];
    let told = ranges.map(|range| doubts(&expose(range)).join("\n"));
    assert_snapshot!(told.join("\n"), @"
    `10.0.0.0/8` is private (RFC 1918), and nobody comes from it to a public address: put the addresses that you come from in its place
    `10.240.0.0/16` is private (RFC 1918), and nobody comes from it to a public address: put the addresses that you come from in its place
    `172.31.0.0/16` is private (RFC 1918), and nobody comes from it to a public address: put the addresses that you come from in its place
    `192.168.1.0/24` is private (RFC 1918), and nobody comes from it to a public address: put the addresses that you come from in its place
    `100.64.0.0/10` is shared behind a provider's address (RFC 6598), and nobody comes from it to a public address: put the addresses that you come from in its place
    `127.0.0.1/32` is each machine itself (RFC 1122), and nobody else comes from it: put the addresses that you come from in its place
    `169.254.169.254/32` counts on one link only (RFC 3927), and nobody comes from it to a public address: put the addresses that you come from in its place
    `224.0.0.0/8` is for multicast or reserved (RFC 5771, RFC 1112), and nobody comes from it: put the addresses that you come from in its place
    `255.255.255.255/32` is for multicast or reserved (RFC 5771, RFC 1112), and nobody comes from it: put the addresses that you come from in its place
    ");
    let authorized = "kubernetes.authorized-ip-ranges=[192.168.0.0/16]";
    assert_eq!(doubts(authorized).len(), 1);
    for range in [
        "11.0.0.0/8",
        "172.32.0.0/16",
        "100.128.0.0/10",
        "192.169.0.0/16",
        "223.0.0.0/8",
    ] {
        assert_eq!(doubts(&expose(range)), [""; 0], "{range}");
    }
}

#[test]
fn a_region_that_no_price_list_knows_is_told_as_that() {
    let world = world();
    let mars = "cost -p azure --set backend.azure.region=mars";
    let run = world.run(mars);
    let told = "  no list of prices knows the region mars: these are prices of other regions, if \
                there is such a region at all";
    assert!(run.stdout.contains(told), "{run}");
    let json = world.run(&format!("{mars} --output json")).json();
    assert_eq!(json["profiles"][0]["region-known"], false);
    let base = price_api(Vec::new());
    let fetched = world.run(&format!("{mars} --refresh --prices-from {base}"));
    assert_eq!(fetched.code, 0, "{fetched}");
    assert_snapshot!(fetched.stderr.trim_end(), @"! prices of mars: Azure's list knows no such region; `az account list-locations --output table` lists those that there are");
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
