//! `cost`: what a place in Azure costs, with its lists of prices and its budget.

use insta::assert_snapshot;
use serde_json::{Value, json};
use support::world::World;

/// The project's own.
pub(crate) const AZURE: &str = include_str!("../../profiles/azure.yaml");
const SEED: &str = include_str!("../../profiles/azure-seed.yaml");

/// A database whose price is in no list.
const UNKNOWN: &str = "--set backend.azure.mysql.sku=Standard_E2ds_v5";

/// A folder with the project's own profiles of places in Azure.
pub(crate) fn world() -> World {
    let world = World::new();
    world.write("profiles/azure.yaml", AZURE);
    world.write("profiles/azure-seed.yaml", SEED);
    world
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
    public address       1, one for outbound data  0.005 per hour           ~3.65
    private DNS zone     of the database           0.5 per month            0.50
    database backups     beyond 20 GiB             0.095 per GiB and month  by usage
    traffic              outbound data             unknown                  by usage
    total                                                                   about 230.12

    azure (westeurope):
      control plane: metered since 2026-10-01, but unconfirmed whether charged: not in the total
      node disks (system): free if Azure uses ephemeral disks
      database storage: costs more once it has grown
      load balancer: part of a cluster; one to five rules have one price
      easily forgotten, as in the article of 2020: 32.96 for
        node disks (system), load balancer, public address, private DNS zone
      ~ a price of another region, since the price of this one is unknown
      `--refresh` fetches the prices of westeurope from Azure

    US dollars, list price, without tax or discount; 730 hours a month. The total
    excludes items by usage.
    Prices of 2026-10-01 to 2026-11-28: the harness's own list; `--output json` names its sources.
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
    database backups        -          by usage      by usage
    traffic                 -          by usage      by usage
    total                   0.00       about 230.12  about 388.70

    simulated: runs on this machine

    azure (westeurope):
      control plane: metered since 2026-10-01, but unconfirmed whether charged: not in the total
      node disks (system): free if Azure uses ephemeral disks
      database storage: costs more once it has grown
      load balancer: part of a cluster; one to five rules have one price
      easily forgotten, as in the article of 2020: 32.96 for
        node disks (system), load balancer, public address, private DNS zone
      ~ a price of another region, since the price of this one is unknown
      `--refresh` fetches the prices of westeurope from Azure

    azure-seed (westeurope):
      control plane: metered since 2026-10-01, but unconfirmed whether charged: not in the total
      node disks (agentpool): free if Azure uses ephemeral disks
      database storage: costs more once it has grown
      load balancer: part of a cluster; one to five rules have one price
      easily forgotten, as in the article of 2020: 45.54 for
        node disks (agentpool), load balancer, public address, private DNS zone
      ~ a price of another region, since the price of this one is unknown
      `--refresh` fetches the prices of westeurope from Azure

    US dollars, list price, without tax or discount; 730 hours a month. The total
    excludes items by usage.
    Prices of 2026-10-01 to 2026-11-28: the harness's own list; `--output json` names its sources.
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
      "size": "3, one for outbound data",
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
    assert_snapshot!(over.stderr.trim_end(), @"! profile azure is over its budget: about 230.12 USD a month, more than the 200 USD allowed");
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
            .contains("unknown whether it is within its budget of 600"),
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

    What the article left out, at today's prices:

    WHAT                    SIZE                      UNIT PRICE               PER MONTH
    control plane           free                      0 per hour               0 to ~36.50
    node disks (agentpool)  3 x 30 GiB                5.28 per month           ~15.84
    load balancer           1 with 3 rules            0.025 per hour           18.25
    public address          3, one for outbound data  0.005 per hour           ~10.95
    private DNS zone        of the database           0.5 per month            0.50
    database backups        beyond 20 GiB             0.095 per GiB and month  by usage
    traffic                 outbound data             unknown                  by usage
    total                                                                      about 45.54

    azure-seed (westeurope):
      database: the smallest SKU of a retired service; today the smallest is Standard_B1ms
      database storage: the minimum was 5 GiB in 2020, today it is 20
      control plane: metered since 2026-10-01, but unconfirmed whether charged: not in the total
      node disks (agentpool): free if Azure uses ephemeral disks
      load balancer: part of a cluster; one to five rules have one price
      ~ a price of another region, since the price of this one is unknown
      `--refresh` fetches the prices of westeurope from Azure

    US dollars, list price, without tax or discount; 730 hours a month. The total
    excludes items by usage.
    Prices of 2026-10-01 to 2026-11-28: the harness's own list; `--output json` names its sources.
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
