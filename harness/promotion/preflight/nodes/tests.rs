//! Checks of nodes against sizes and quotas as Azure returns them.

use serde_json::{Value, json};
use testing::profile::azure;

use super::*;

/// A size, as in Azure's list.
fn machine(name: &str, family: &str, cores: &str, memory: &str, restrictions: &Value) -> Machine {
    let document = json!({
        "resourceType": "virtualMachines",
        "name": name,
        "family": family,
        "capabilities": [
            {"name": "vCPUs", "value": cores},
            {"name": "MemoryGB", "value": memory},
        ],
        "restrictions": restrictions,
    });
    serde_json::from_value(document).expect("a size")
}

fn restricted(kind: &str, reason: &str) -> Value {
    json!([{"type": kind, "values": ["westeurope"], "reasonCode": reason}])
}

fn machines() -> Vec<Machine> {
    let none = json!([]);
    vec![
        machine("Standard_D2s_v5", "standardDSv5Family", "2", "8", &none),
        machine("Standard_DS2_v2", "standardDSv2Family", "2", "7", &none),
        machine("Standard_B1ms", "standardBSFamily", "1", "2", &none),
        machine("Standard_B2ts_v2", "standardBsv2Family", "2", "1", &none),
        machine(
            "Standard_D4s_v5",
            "standardDSv5Family",
            "4",
            "16",
            &restricted("Location", "NotAvailableForSubscription"),
        ),
        machine(
            "Standard_E2s_v5",
            "standardESv5Family",
            "2",
            "16",
            &restricted("Zone", "NotAvailableForSubscription"),
        ),
    ]
}

fn usage(name: &str, used: i64, limit: i64) -> Usage {
    let document = json!({"name": {"value": name}, "currentValue": used, "limit": limit});
    serde_json::from_value(document).expect("a usage")
}

/// The checks of a profile, one per line.
fn checked(sets: &[&str], cluster: Option<&Value>, usages: &[Usage]) -> String {
    let cluster = cluster.map(|it| serde_json::from_value(it.clone()).expect("a cluster"));
    let (machines, usages) = (Ok(machines()), Ok(usages.to_vec()));
    let checks = nodes(&azure(sets), cluster.as_ref(), &machines, &usages);
    let lines = checks.into_iter().map(|check| {
        let what = check.what;
        match (check.problem, check.unknown) {
            (Some(Problem { reason, .. }), _) => format!("{what}: {reason}"),
            (None, Some(why)) => format!("{what}: {why}"),
            (None, None) => format!("{what}: ok"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn plenty() -> Vec<Usage> {
    let names = [
        "cores",
        "standarddsv5family",
        "StandardDSv2Family",
        "standardBSFamily",
        "standardBsv2Family",
        "standardESv5Family",
    ];
    names.map(|name| usage(name, 4, 100)).into()
}

const SIZE: &str = "backend.azure.kubernetes.node-pools.system.vm-size";

#[test]
fn a_size_must_be_available_to_the_subscription_and_large_enough() {
    let of = |size: &str| checked(&[&format!("{SIZE}={size}")], None, &plenty());
    let results = [
        "Standard_Nonsense_v9",
        "Standard_D2s_v5",
        "Standard_D4s_v5",
        "Standard_E2s_v5",
        "Standard_B1ms",
        "Standard_B2ts_v2",
    ];
    insta::assert_snapshot!(results.map(of).join("\n"), @"
    size Standard_Nonsense_v9 of node pool system: westeurope does not have this size
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: ok
    core quota of standardDSv5Family in westeurope: ok
    size Standard_D4s_v5 of node pool system: the subscription may not use it in westeurope (NotAvailableForSubscription)
    core quota in westeurope: ok
    core quota of standardDSv5Family in westeurope: ok
    size Standard_E2s_v5 of node pool system: ok
    core quota in westeurope: ok
    core quota of standardESv5Family in westeurope: ok
    size Standard_B1ms of node pool system: the system pool needs at least 2 vCPUs and 4 GiB of memory, but it has 1 vCPUs and 2 GiB
    core quota in westeurope: ok
    core quota of standardBSFamily in westeurope: ok
    size Standard_B2ts_v2 of node pool system: the system pool needs at least 2 vCPUs and 4 GiB of memory, but it has 2 vCPUs and 1 GiB
    core quota in westeurope: ok
    core quota of standardBsv2Family in westeurope: ok
    ");
}

#[test]
fn the_quotas_of_the_region_and_of_the_family_in_any_case_apply() {
    let with = |cores: Usage, family: Usage| checked(&[], None, &[cores, family]);
    let family = "STANDARDdsv5FAMILY";
    let results = [
        with(usage("cores", 6, 10), usage(family, 0, 4)),
        with(usage("cores", 7, 10), usage(family, 0, 4)),
        with(usage("cores", 0, 10), usage(family, 0, 0)),
        with(usage("cores", 0, -1), usage("another", 0, 4)),
    ];
    insta::assert_snapshot!(results.join("\n"), @"
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: ok
    core quota of standardDSv5Family in westeurope: ok
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: exceeded: 4 vCPUs needed, 3 of 10 left
    core quota of standardDSv5Family in westeurope: ok
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: ok
    core quota of standardDSv5Family in westeurope: exceeded: 4 vCPUs needed, 0 of 0 left
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: ok
    core quota of standardDSv5Family in westeurope: unknown: Azure lists no quota for standardDSv5Family
    ");
}

#[test]
fn only_new_nodes_need_quota() {
    let pool = |name: &str, count: u32, state: &str| json!({"name": name, "vmSize": "Standard_D2s_v5", "count": count, "provisioningState": state});
    let cluster = |pools: Value| json!({"properties": {"agentPoolProfiles": pools}});
    let none_left = [
        usage("cores", 10, 10),
        usage("standardDSv5Family", 10, 10),
        usage("standardDSv2Family", 0, 10),
    ];
    let whole = cluster(json!([pool("system", 2, "Succeeded")]));
    for state in ["Succeeded", "Failed", "Creating", "Updating"] {
        let there = cluster(json!([pool("system", 2, state)]));
        assert_eq!(checked(&[], Some(&there), &none_left), "", "{state}");
    }
    let count = "backend.azure.kubernetes.node-pools.system.count=5";
    let more = "backend.azure.kubernetes.node-pools.work.vm-size=Standard_DS2_v2";
    let failed = cluster(json!([pool("system", 1, "Failed")]));
    let results = [
        checked(&[count], Some(&whole), &none_left),
        checked(&[more], Some(&whole), &none_left),
        checked(&[], Some(&failed), &none_left),
        checked(&[], Some(&cluster(Value::Null)), &none_left),
    ];
    insta::assert_snapshot!(results.join("\n--\n"), @"
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: exceeded: 6 vCPUs needed, 0 of 10 left
    core quota of standardDSv5Family in westeurope: exceeded: 6 vCPUs needed, 0 of 10 left
    --
    size Standard_DS2_v2 of node pool work: ok
    core quota in westeurope: exceeded: 4 vCPUs needed, 0 of 10 left
    core quota of standardDSv2Family in westeurope: ok
    --
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: exceeded: 2 vCPUs needed, 0 of 10 left
    core quota of standardDSv5Family in westeurope: exceeded: 2 vCPUs needed, 0 of 10 left
    --
    size Standard_D2s_v5 of node pool system: ok
    core quota in westeurope: exceeded: 4 vCPUs needed, 0 of 10 left
    core quota of standardDSv5Family in westeurope: exceeded: 4 vCPUs needed, 0 of 10 left
    ");
}

#[test]
fn without_sizes_or_quotas_the_checks_have_no_result() {
    let why = || "unknown until Microsoft.Compute is registered".to_owned();
    let checks = nodes(&azure(&[]), None, &Err(why()), &Ok(plenty()));
    assert!(checks.iter().all(|it| it.problem.is_none()));
    assert!(checks.iter().all(|it| it.unknown == Some(why())));
    let checks = nodes(&azure(&[]), None, &Ok(machines()), &Err(why()));
    let unknown: Vec<&str> = checks
        .iter()
        .filter(|it| it.unknown.is_some())
        .map(|it| it.what.as_str())
        .collect();
    assert_eq!(unknown, ["core quota in westeurope"]);
}
