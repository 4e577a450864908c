//! Known and unknown prices, and sums that were added up by hand.

use model::profile::Backend;
use model::profile::azure::Azure;
use testing::profile::profile;

use super::*;

/// A configuration, by the Azure section of a profile.
fn azure_of(written: &str) -> Azure {
    let set = format!("backend={{azure: {written}}}");
    // The limit of the smallest server.
    let connections = "database.mysql.max-connections=341";
    let profile = profile("local", &[connections, &set]);
    match profile.backend {
        Backend::Azure(azure) => *azure,
        other => panic!("{other:?}"),
    }
}

fn shown(estimate: &Estimate) -> String {
    let line = |line: &Line| {
        let amount = match (line.per_month, line.kind) {
            (Some(amount), _) => amount.to_string(),
            (None, Kind::Fixed) => "unknown".to_owned(),
            (None, Kind::Usage) => "by use".to_owned(),
        };
        let borrowed = line.price.as_ref().is_some_and(|it| it.borrowed);
        let mark = if borrowed { "~" } else { "" };
        format!("{} | {} | {mark}{amount}", line.what, line.size)
    };
    let lines: Vec<String> = estimate.lines.iter().map(line).collect();
    let total = format!("{}{}", estimate.qualifier(), estimate.total);
    format!("{}\n{total}", lines.join("\n"))
}

fn built_in(written: &str) -> String {
    shown(&estimate(&azure_of(written), &Prices::new(None)))
}

/// The cost table of the 2020 article: three machines, the smallest database with 5 GB, a registry.
#[test]
fn the_prices_of_the_article_add_up_to_its_total() {
    let nodes = "{agentpool: {vm-size: Standard_DS2_v2, count: 3, os-disk: 30}}";
    let seed = azure_of(&format!(
        "{{region: westeurope, kubernetes: {{node-pools: {nodes}}}, mysql: {{sku: Standard_B1ms}}}}"
    ));
    let today = Prices::new(None);
    let Article { counted, left_out } = article(&seed, &today);
    insta::assert_snapshot!(shown(&counted), @r"
    nodes (agentpool) | 3 x Standard_DS2_v2 | 249.66
    database | 1 x Basic_Gen5_1 | 24.82
    database storage | 1 x 5 GiB | 0.50
    registry | basic | 5.00
    279.98
    ");
    let names = |lines: &[Line]| {
        lines
            .iter()
            .map(|line| line.what.clone())
            .collect::<Vec<_>>()
    };
    let mut both = names(&counted.lines);
    both.extend(names(&left_out.lines));
    let mut all = names(&estimate(&seed, &today).lines);
    both.sort();
    all.sort();
    assert_eq!(both, all, "every line is in one of the two lists");
}

/// The article has no prices for other sizes.
#[test]
fn sizes_that_the_article_did_not_use_have_no_price_of_2020() {
    let Article { counted, .. } = article(&azure_of("{region: eastus}"), &Prices::new(None));
    insta::assert_snapshot!(shown(&counted), @r"
    nodes (system) | 2 x Standard_D2s_v5 | unknown
    database | 1 x Standard_B2s | unknown
    database storage | 1 x 5 GiB | 0.50
    registry | basic | 5.00
    at least 5.50
    ");
}

#[test]
fn the_built_in_list_has_the_common_sizes_and_a_source_for_each_price() {
    let list: List = serde_json::from_str(include_str!("list-prices.json")).expect("a list");
    let prices = Prices::new(None);
    let there = |meter: Meter, region: &str| {
        let found = prices.find(&meter, region);
        found.is_some_and(|found| !found.borrowed)
    };
    let size = |name: &str| Meter::Machine(format!("Standard_{name}"));
    for region in ["eastus", "westus2"] {
        for name in [
            "D2s_v5", "D4s_v5", "D8s_v5", "DS2_v2", "D2ds_v4", "D4ds_v4", "D8ds_v4", "D16ds_v4",
        ] {
            assert!(there(size(name), region), "{name} in {region}");
        }
    }
    for name in ["D2s_v5", "D4s_v5", "D8s_v5"] {
        let found = prices.find(&size(name), "westeurope");
        assert!(found.is_some_and(|found| found.borrowed), "{name}");
    }
    for entry in &list.meters {
        let (address, _) = entry
            .source
            .split_once(", ")
            .expect("a URL and a description");
        let address = reqwest::Url::parse(address).expect("an address");
        assert_eq!(address.scheme(), "https", "{entry:?}");
        for word in ["not verified", "test data"] {
            assert!(!entry.source.contains(word), "{entry:?}");
        }
    }
}

#[test]
fn a_small_configuration_costs_what_was_added_up_by_hand() {
    let one_node = "kubernetes: {node-pools: {system: {count: 1}}}";
    insta::assert_snapshot!(built_in(&format!("{{region: eastus, {one_node}}}")), @"
    control plane | free | 0.00
    nodes (system) | 1 x Standard_D2s_v5 | 70.08
    node disks (system) | 1 x 32 GiB | 5.28
    database | 1 x Standard_B2s | 49.64
    database storage | 1 x 20 GiB | 2.30
    registry | basic | ~5.06
    load balancer | 1 with 1 rule | 18.25
    public address | 1, one for outbound data | ~3.65
    private DNS zone | of the database | 0.50
    database backups | beyond 20 GiB | by use
    traffic | outbound data | by use
    about 154.76
    ");
}

#[test]
fn a_production_configuration_costs_what_was_added_up_by_hand() {
    let nodes = "{system: {vm-size: Standard_D4s_v5, count: 3, os-disk: 128}}";
    insta::assert_snapshot!(built_in(&format!(
        "{{region: eastus, kubernetes: {{tier: standard, node-pools: {nodes}}}, \
         mysql: {{sku: Standard_D2ds_v4, storage: 128, high-availability: zone-redundant}}, \
         registry: {{sku: premium}}}}"
    )), @"
    control plane | standard | 73.00
    nodes (system) | 3 x Standard_D4s_v5 | 420.48
    node disks (system) | 3 x 128 GiB | 59.13
    database | 2 x Standard_D2ds_v4 | 249.66
    database storage | 2 x 128 GiB | 29.44
    registry | premium | ~50.66
    load balancer | 1 with 1 rule | 18.25
    public address | 1, one for outbound data | ~3.65
    private DNS zone | of the database | 0.50
    database backups | beyond 128 GiB | by use
    traffic | outbound data | by use
    about 904.77
    ");
}

#[test]
fn an_unknown_price_is_shown_as_unknown_and_marks_the_total() {
    let nodes = "{agentpool: {vm-size: Standard_DS2_v2, count: 3, os-disk: 30}, old: {vm-size: Standard_D2_v5}}";
    insta::assert_snapshot!(built_in(&format!(
        "{{region: westeurope, kubernetes: {{tier: premium, node-pools: {nodes}}}, \
         mysql: {{sku: Standard_E2ds_v5, geo-redundant-backup: true}}}}"
    )), @"
    control plane | premium | unknown
    nodes (agentpool) | 3 x Standard_DS2_v2 | ~319.74
    node disks (agentpool) | 3 x 30 GiB | ~15.84
    nodes (old) | 2 x Standard_D2_v5 | unknown
    node disks (old) | 2 x 32 GiB | unknown
    database | 1 x Standard_E2ds_v5 | unknown
    database storage | 1 x 20 GiB | ~2.30
    registry | basic | ~5.06
    load balancer | 1 with 1 rule | 18.25
    public address | 1, one for outbound data | ~3.65
    private DNS zone | of the database | 0.50
    database backups | beyond 20 GiB | ~by use
    traffic | outbound data | by use
    at least about 365.34
    ");
}

#[test]
fn every_kind_of_exposure_has_its_price() {
    let open = "{public: {allow: [203.0.113.7/32]}}";
    let of = |web: &str, starter: &str| {
        let azure = azure_of(&format!(
            "{{region: eastus, expose: {{web: {web}, starter: {starter}}}}}"
        ));
        let lines = estimate(&azure, &Prices::new(None)).lines.into_iter();
        let lines = lines.filter(|line| ["load balancer", "public address"].contains(&&*line.what));
        let cells =
            lines.map(|line| format!("{}: {}", line.size, line.per_month.unwrap_or_default()));
        cells.collect::<Vec<String>>().join("; ")
    };
    let exposures = [
        of("cluster-ip", "cluster-ip"),
        of(open, "cluster-ip"),
        of(open, open),
        of("internal", open),
    ];
    insta::assert_snapshot!(exposures.join("\n"), @r"
    1 with 1 rule: 18.25; 1, one for outbound data: 3.65
    1 with 2 rules: 18.25; 2, one for outbound data: 7.30
    1 with 3 rules: 18.25; 3, one for outbound data: 10.95
    2 with 3 rules: 36.50; 2, one for outbound data: 7.30
    ");
}

#[test]
fn a_fetched_price_precedes_a_built_in_one() {
    let machine = Meter::Machine("Standard_D2s_v5".to_owned());
    let mut list: List = serde_json::from_str(include_str!("article-2020.json")).expect("a list");
    list.meters[0].meter = machine.to_string();
    list.meters[0].region = Some("westeurope".to_owned());
    let prices = Prices::new(Some(list));
    let found = |region| {
        let found = prices.find(&machine, region).expect("a price");
        (found.origin, found.entry.price, found.borrowed)
    };
    assert_eq!(found("westeurope"), (Origin::Fetched, 0.114, false));
    assert_eq!(found("eastus"), (Origin::BuiltIn, 0.096, false));
    assert_eq!(found("japaneast"), (Origin::Fetched, 0.114, true));
}

#[test]
fn every_built_in_price_is_unique_and_has_a_source() {
    let list: List = serde_json::from_str(include_str!("list-prices.json")).expect("a list");
    for entry in &list.meters {
        let region = entry.region.as_deref();
        assert!(entry.price > 0.0 && !entry.source.is_empty(), "{entry:?}");
        assert!(entry.date <= list.date, "{entry:?}");
        assert!(region.is_none_or(|it| it.parse::<model::profile::azure::Region>().is_ok()));
        let twice = list
            .meters
            .iter()
            .filter(|it| it.meter == entry.meter && it.region == entry.region);
        assert_eq!(twice.count(), 1, "{entry:?}");
    }
}

#[test]
fn amounts_are_rounded_before_they_are_added() {
    let total: Usd = [Usd::of(0.004), Usd::of(0.006), Usd::of(83.22)]
        .into_iter()
        .sum();
    assert_eq!(total.to_string(), "83.23");
}
