use azure::arm::{DenySettings, StackProperties};
use azure::resource_type::{NETWORK, POOL};
use places::azure::{STORAGE, UNMANAGE};
use serde_json::{Value, json};
use testing::profile::azure;

use super::cluster::ANOTHER_POOL;
use super::*;
use crate::fixture::template_of;

const POOLS: &str = "backend.azure.kubernetes.node-pools={system: {}, batch: {count: 3}}";

fn spec(sets: &[&str]) -> StackSpec {
    StackSpec {
        tags: BTreeMap::new(),
        properties: StackProperties {
            template: template_of(sets),
            parameters: BTreeMap::new(),
            action_on_unmanage: UNMANAGE,
            deny_settings: DenySettings::none(),
            description: None,
        },
    }
}

/// The existing resources after a promotion.
fn living(sets: &[&str]) -> Living {
    let spec = spec(sets);
    let wanted = Wanted(&spec);
    let first = |kind| wanted.first(kind).map(|(_, resource)| resource);
    let mut cluster = first(CLUSTER).expect("a cluster");
    let pools = wanted.all(POOL).map(|(name, pool)| {
        let mut pool = pool["properties"].clone();
        pool["name"] = json!(name);
        pool
    });
    let pools: Vec<Value> = pools.collect();
    let all = cluster["properties"]["agentPoolProfiles"].as_array_mut();
    all.expect("a list").extend(pools);
    Living {
        region: Some("West Europe".to_owned()),
        cluster: Some(cluster),
        server: first(SERVER),
        network: first(NETWORK),
    }
}

fn refusals(living: &Living, sets: &[&str]) -> Vec<String> {
    let checks = refused(&azure(sets), &spec(sets), living, None);
    let lines = checks.into_iter().map(|check| {
        let reason = check.problem.map(|it| it.reason).unwrap_or_default();
        format!("{}: {reason}", check.what)
    });
    lines.collect()
}

#[test]
fn unchanged_and_changeable_properties_are_not_refused() {
    let there = living(&[POOLS]);
    for sets in [
        &[POOLS][..],
        &[],
        &[
            "backend.azure.kubernetes.node-pools={system: {count: 5}, other: {vm-size: Standard_D4s_v5}}",
        ],
        &[
            POOLS,
            "backend.azure.kubernetes={tier: standard, version: \"1.36\"}",
        ],
        &[
            POOLS,
            "backend.azure.mysql={sku: Standard_D2ds_v4, high-availability: same-zone}",
        ],
        &[
            POOLS,
            "backend.azure.mysql={storage: 64, geo-redundant-backup: true}",
        ],
        &[POOLS, "backend.azure.network.address-space=10.240.0.0/15"],
    ] {
        assert_eq!(refusals(&there, sets), [] as [&str; 0], "{sets:?}");
        assert_eq!(
            refusals(&Living::default(), sets),
            [] as [&str; 0],
            "{sets:?}"
        );
    }
}

#[test]
fn a_pool_with_other_properties_needs_another_name() {
    let there = living(&[POOLS]);
    let sets = [
        "backend.azure.kubernetes.node-pools={system: {}, batch: {vm-size: Standard_D4s_v5, max-pods: 30}}",
    ];
    let checks = refused(&azure(&sets), &spec(&sets), &there, None);
    let remedies = checks
        .iter()
        .filter_map(|it| Some(it.problem.as_ref()?.remedy.to_string()));
    assert_eq!(remedies.collect::<Vec<_>>(), [ANOTHER_POOL; 2]);
    assert_eq!(
        refusals(&there, &sets)[0],
        "node pool batch: `vm-size` cannot change from Standard_D2s_v5 to Standard_D4s_v5 after creation"
    );
}

#[test]
fn a_pool_of_the_stack_cannot_become_the_system_pool() {
    // `batch` is a resource of the stack. As the system pool, it would be part of the cluster.
    let there = living(&[POOLS]);
    let only = ["backend.azure.kubernetes.node-pools={batch: {count: 3}}"];
    // The profile of the test already has a pool named `system`.
    let mut wanted = spec(&only);
    let resources = wanted.properties.template["resources"].as_array_mut();
    for cluster in resources
        .expect("a list")
        .iter_mut()
        .filter(|it| it["type"] == CLUSTER)
    {
        cluster["properties"]["agentPoolProfiles"][0]["name"] = json!("batch");
    }
    let checks = refused(&azure(&only), &wanted, &there, None);
    let found = checks.iter().any(|it| {
        let reason = it.problem.as_ref().map(|it| it.reason.as_str());
        it.what == "node pool batch"
            && reason.is_some_and(|it| it.contains("makes it the system pool"))
    });
    assert!(found, "{checks:#?}");
}

#[test]
fn versions_can_only_be_upgraded_one_at_a_time_and_not_on_a_burstable_server() {
    let mut there = living(&[]);
    let runs = |there: &mut Living, version: &str| {
        let cluster = there.cluster.as_mut().expect("a cluster");
        cluster["properties"]["currentKubernetesVersion"] = json!(version);
    };
    for (version, asked, refused) in [
        ("1.35.7", "1.35", false),
        ("1.34.2", "1.35", false),
        ("1.33.2", "1.35", true),
        ("1.36.0", "1.35", true),
        ("1.9.0", "1.10", false),
    ] {
        runs(&mut there, version);
        let set = format!("backend.azure.kubernetes.version=\"{asked}\"");
        let refusals = refusals(&there, &[&set]);
        assert_eq!(
            !refusals.is_empty(),
            refused,
            "{version} {asked}: {refusals:?}"
        );
    }
    runs(&mut there, "1.35.7");
    let server = there.server.as_mut().expect("a server");
    server["properties"]["version"] = json!("8.0.21");
    assert_eq!(
        refusals(&there, &[]),
        ["MySQL server azure-1bff1d2026: it runs MySQL 8.0.21, and a burstable server cannot be upgraded to 8.4"]
            .map(|it| it.replace("azure-1bff1d2026", &crate::fixture::names().mysql))
    );
    let larger = "backend.azure.mysql.sku=Standard_D2ds_v4";
    assert_eq!(refusals(&there, &[larger]), [] as [&str; 0]);
    let cluster = there.cluster.as_mut().expect("a cluster");
    cluster["properties"]["agentPoolProfiles"][0]["orchestratorVersion"] = json!("1.31.1");
    let refusals = refusals(&there, &[larger]);
    assert!(
        refusals[0].contains("a pool must be at most three minor versions behind"),
        "{refusals:?}"
    );
}

#[test]
fn less_storage_than_at_the_last_promotion_is_refused_and_less_than_it_grew_is_not() {
    let mut there = living(&[]);
    let server = there.server.as_mut().expect("a server");
    server["properties"]["storage"]["storageSizeGB"] = json!(64);
    for (asked, now, expected) in [
        ("20", "20", 0),
        ("64", "20", 1),
        ("128", "64", 0),
        ("30", "20", 1),
    ] {
        let tags = BTreeMap::from([(STORAGE.to_owned(), asked.to_owned())]);
        let set = format!("backend.azure.mysql.storage={now}");
        let sets = [&*set];
        let checks = refused(&azure(&sets), &spec(&sets), &there, Some(&tags));
        assert_eq!(checks.len(), expected, "{asked} {now}: {checks:?}");
    }
    let sets = ["backend.azure.mysql.storage=20"];
    assert_eq!(
        refused(&azure(&sets), &spec(&sets), &there, Some(&BTreeMap::new())),
        []
    );
}

#[test]
fn a_zone_redundant_standby_can_only_be_created_with_the_server() {
    let mut there = living(&["backend.azure.mysql.sku=Standard_D2ds_v4"]);
    let mut with = |mode: &str, wanted: &str| {
        let server = there.server.as_mut().expect("a server");
        server["properties"]["highAvailability"]["mode"] = json!(mode);
        let set = format!("backend.azure.mysql={{{wanted}}}");
        refusals(&there, &[&set]).len()
    };
    let general = |mode: &str| format!("sku: Standard_D2ds_v4, high-availability: {mode}");
    for (was, wanted, expected) in [
        ("Disabled", general("zone-redundant"), 1),
        ("SameZone", general("zone-redundant"), 1),
        ("ZoneRedundant", general("zone-redundant"), 0),
        ("ZoneRedundant", general("same-zone"), 1),
        ("ZoneRedundant", general("disabled"), 0),
        ("Disabled", general("same-zone"), 0),
        ("SameZone", "sku: Standard_B2s".to_owned(), 1),
        (
            "ZoneRedundant",
            general("zone-redundant") + ", geo-redundant-backup: true",
            1,
        ),
        (
            "SameZone",
            general("same-zone") + ", geo-redundant-backup: true",
            0,
        ),
    ] {
        assert_eq!(with(was, &wanted), expected, "{was} > {wanted}");
    }
}
