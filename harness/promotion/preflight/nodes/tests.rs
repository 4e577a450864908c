//! What is said of nodes, by sizes and quotas as Azure answers them.

use serde_json::{Value, json};
use testing::profile::azure;

use super::*;

/// A size, as the list of them has it.
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

/// What is said of a profile, a line each.
fn said(sets: &[&str], cluster: Option<&Value>, usages: &[Usage]) -> String {
    let cluster = cluster.map(|it| serde_json::from_value(it.clone()).expect("a cluster"));
    let (machines, usages) = (Ok(machines()), Ok(usages.to_vec()));
    let checks = nodes(&azure(sets), cluster.as_ref(), &machines, &usages);
    let lines = checks.into_iter().map(|check| {
        let what = check.what;
        match (check.problem, check.unknown) {
            (Some(Problem { reason, .. }), _) => format!("{what}: {reason}"),
            (None, Some(why)) => format!("{what}: {why}"),
            (None, None) => format!("{what}: well"),
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
fn a_size_has_to_be_there_for_the_subscription_and_to_do_for_the_system() {
    let of = |size: &str| said(&[&format!("{SIZE}={size}")], None, &plenty());
    let told = [
        "Standard_Nonsense_v9",
        "Standard_D2s_v5",
        "Standard_D4s_v5",
        "Standard_E2s_v5",
        "Standard_B1ms",
        "Standard_B2ts_v2",
    ];
    insta::assert_snapshot!(told.map(of).join("\n"), @"
    size Standard_Nonsense_v9 of node pool system: there is no such size in westeurope
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: well
    quota of standardDSv5Family in westeurope: well
    size Standard_D4s_v5 of node pool system: the subscription may not have it in westeurope (NotAvailableForSubscription)
    quota of cores in westeurope: well
    quota of standardDSv5Family in westeurope: well
    size Standard_E2s_v5 of node pool system: well
    quota of cores in westeurope: well
    quota of standardESv5Family in westeurope: well
    size Standard_B1ms of node pool system: the system's pool takes 2 vCPUs and 4 GiB of memory at least, and it has 1 vCPUs and 2 GiB
    quota of cores in westeurope: well
    quota of standardBSFamily in westeurope: well
    size Standard_B2ts_v2 of node pool system: the system's pool takes 2 vCPUs and 4 GiB of memory at least, and it has 2 vCPUs and 1 GiB
    quota of cores in westeurope: well
    quota of standardBsv2Family in westeurope: well
    ");
}

#[test]
fn the_quota_is_that_of_the_region_and_of_the_family_whatever_its_case() {
    let with = |cores: Usage, family: Usage| said(&[], None, &[cores, family]);
    let family = "STANDARDdsv5FAMILY";
    let told = [
        with(usage("cores", 6, 10), usage(family, 0, 4)),
        with(usage("cores", 7, 10), usage(family, 0, 4)),
        with(usage("cores", 0, 10), usage(family, 0, 0)),
        with(usage("cores", 0, -1), usage("another", 0, 4)),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: well
    quota of standardDSv5Family in westeurope: well
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: 4 vCPUs are needed, and 3 of 10 are left
    quota of standardDSv5Family in westeurope: well
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: well
    quota of standardDSv5Family in westeurope: 4 vCPUs are needed, and 0 of 0 are left
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: well
    quota of standardDSv5Family in westeurope: not known: Azure lists no quota of standardDSv5Family
    ");
}

#[test]
fn only_what_has_to_be_new_needs_a_quota() {
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
        assert_eq!(said(&[], Some(&there), &none_left), "", "{state}");
    }
    let count = "backend.azure.kubernetes.node-pools.system.count=5";
    let more = "backend.azure.kubernetes.node-pools.work.vm-size=Standard_DS2_v2";
    let failed = cluster(json!([pool("system", 1, "Failed")]));
    let told = [
        said(&[count], Some(&whole), &none_left),
        said(&[more], Some(&whole), &none_left),
        said(&[], Some(&failed), &none_left),
        said(&[], Some(&cluster(Value::Null)), &none_left),
    ];
    insta::assert_snapshot!(told.join("\n--\n"), @"
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: 6 vCPUs are needed, and 0 of 10 are left
    quota of standardDSv5Family in westeurope: 6 vCPUs are needed, and 0 of 10 are left
    --
    size Standard_DS2_v2 of node pool work: well
    quota of cores in westeurope: 4 vCPUs are needed, and 0 of 10 are left
    quota of standardDSv2Family in westeurope: well
    --
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: 2 vCPUs are needed, and 0 of 10 are left
    quota of standardDSv5Family in westeurope: 2 vCPUs are needed, and 0 of 10 are left
    --
    size Standard_D2s_v5 of node pool system: well
    quota of cores in westeurope: 4 vCPUs are needed, and 0 of 10 are left
    quota of standardDSv5Family in westeurope: 4 vCPUs are needed, and 0 of 10 are left
    ");
}

#[test]
fn without_the_sizes_or_the_quotas_nothing_is_guessed() {
    let why = || "not known until Microsoft.Compute is registered".to_owned();
    let checks = nodes(&azure(&[]), None, &Err(why()), &Ok(plenty()));
    assert!(checks.iter().all(|it| it.problem.is_none()));
    assert!(checks.iter().all(|it| it.unknown == Some(why())));
    let checks = nodes(&azure(&[]), None, &Ok(machines()), &Err(why()));
    let unknown: Vec<&str> = checks
        .iter()
        .filter(|it| it.unknown.is_some())
        .map(|it| it.what.as_str())
        .collect();
    assert_eq!(unknown, ["quota of cores in westeurope"]);
}
