//! The price list.

use azure::price::{Meter, Prices, query};
use model::profile::azure::{RegistrySku, Tier};
use reqwest::Url;
use serde_json::Value;

use super::super::Request;
use super::World;

#[test]
fn filters_of_the_price_list_are_case_sensitive() {
    let mut world = World::new();
    let mut found = |filter: &str| -> Value {
        let mut url = Url::parse("https://prices.azure.com/api/retail/prices").expect("an address");
        url.query_pairs_mut().append_pair("$filter", filter);
        world
            .cloud
            .handle(world.now, &Request::new("GET", url))
            .document()
            .clone()
    };
    let exact = found(
        "serviceName eq 'Virtual Machines' and armSkuName eq 'Standard_D2s_v5' and armRegionName eq 'eastus' and priceType eq 'Consumption'",
    );
    assert_eq!(exact["Items"][0]["retailPrice"], 0.096);
    assert_eq!(exact["Count"], 1);
    assert_eq!(found("serviceName eq 'virtual machines'")["Count"], 0);
    assert_eq!(found("nonsense")["Error"]["Code"], "BadRequest");
}

#[test]
fn the_price_list_agrees_with_the_built_in_prices() {
    let mut world = World::new();
    let known = Prices::new(None);
    let sizes = ["D2s_v5", "D4s_v5"].map(|size| Meter::Machine(format!("Standard_{size}")));
    let meters = sizes.into_iter().chain([
        Meter::ControlPlane(Tier::Free),
        Meter::ControlPlane(Tier::Standard),
        Meter::Disk("P4"),
        Meter::Disk("P10"),
        Meter::MysqlServer("Standard_B2s".to_owned()),
        Meter::MysqlVcore("Ddsv4".to_owned()),
        Meter::MysqlStorage,
        Meter::MysqlBackup,
        Meter::Registry(RegistrySku::Basic),
        Meter::Registry(RegistrySku::Premium),
        Meter::LoadBalancer,
        Meter::PublicIp,
        Meter::PrivateDnsZone,
    ]);
    let mut compared = 0;
    for meter in meters {
        for region in ["eastus", "westeurope", "westus2"] {
            let mut url =
                Url::parse("https://prices.azure.com/api/retail/prices").expect("an address");
            url.set_query(Some(&query::query(&query::filter(&meter, region))));
            let answer = world.cloud.handle(world.now, &Request::new("GET", url));
            let page: query::Page =
                serde_json::from_value(answer.document().clone()).expect("a page");
            let today = jiff::civil::date(2026, 11, 1);
            let Some((price, _)) = query::pick(&meter, region, &page.items, today) else {
                continue;
            };
            let found = known.find(&meter, region).expect("the price is known");
            // A price of another region is no contradiction: the list has none for this region.
            if found.borrowed {
                continue;
            }
            assert_eq!(
                price.to_string(),
                found.entry.price.to_string(),
                "{meter} {region}"
            );
            compared += 1;
        }
    }
    assert!(compared >= 15, "only {compared} prices were compared");
}
