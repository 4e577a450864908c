//! What Azure does not change once it is made.

use super::Subscription;

/// Settings of the profile that Azure would refuse, and what is said of each.
const REFUSED: [(&str, &str); 12] = [
    (
        "kubernetes.private=true",
        "`backend.azure.kubernetes.private` cannot change from false to true after creation",
    ),
    (
        "network.services=10.1.0.0/16",
        "`backend.azure.network.services` cannot change from 10.0.0.0/16 to 10.1.0.0/16 after creation",
    ),
    (
        "network.nodes=10.240.8.0/22",
        "`backend.azure.network.nodes` cannot change from 10.240.0.0/22 to 10.240.8.0/22 while the cluster uses it",
    ),
    (
        "network.mysql=10.240.5.0/28",
        "`backend.azure.network.mysql` cannot change from 10.240.4.0/28 to 10.240.5.0/28 while the MySQL server uses it",
    ),
    (
        "kubernetes.node-pools.system.vm-size=Standard_D4s_v5",
        "`vm-size` cannot change from Standard_D2s_v5 to Standard_D4s_v5 after creation",
    ),
    (
        "kubernetes.node-pools.system.os-disk=64",
        "`os-disk` cannot change from 32 to 64 after creation",
    ),
    (
        "kubernetes.node-pools.system.max-pods=60",
        "`max-pods` cannot change from 110 to 60 after creation",
    ),
    (
        "kubernetes.version=\"1.34\"",
        "it runs Kubernetes 1.35.4 and cannot be downgraded to 1.34",
    ),
    (
        "kubernetes.version=\"1.37\"",
        "it runs Kubernetes 1.35.4, and 1.37 is more than one minor version ahead",
    ),
    (
        "mysql.administrator=other",
        "`backend.azure.mysql.administrator` cannot change from temporal to other after creation",
    ),
    (
        "mysql={sku: Standard_D2ds_v4, high-availability: zone-redundant}",
        "a standby in another zone can only be created with the server",
    ),
    (
        "region=northeurope",
        "it is in westeurope, but `backend.azure.region` is northeurope; a resource group cannot move",
    ),
];

#[test]
fn what_azure_refuses_to_change_is_refused_by_plan_with_what_helps_and_nothing_is_touched() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let before = azure.cloud()["resources"].clone();
    for (setting, reason) in REFUSED {
        let set = format!("--set backend.azure.{setting}");
        for line in ["plan", "promote --override-gate=untested"] {
            let mut command = azure.command(line);
            command.args(set.splitn(2, ' '));
            let run = azure.world.output(command);
            assert_eq!(run.code, 77, "{setting}: {run}");
            assert!(run.to_string().contains(reason), "{setting}: {run}");
            let bare = ["`harness destroy`", "`harness promote`"];
            let bare = bare.iter().find(|bare| run.to_string().contains(**bare));
            assert_eq!(bare, None, "a remedy names the topology: {setting}: {run}");
        }
    }
    assert_eq!(azure.cloud()["resources"], before);
    let drift = azure.run("drift");
    assert_eq!(drift.code, 0, "{drift}");
}

#[test]
fn another_size_of_nodes_is_another_pool() {
    let azure = Subscription::new();
    let batch = "--set backend.azure.kubernetes.node-pools.batch.count=2";
    assert_eq!(azure.promote(batch).code, 0);
    let larger = "--set backend.azure.kubernetes.node-pools.batch.vm-size=Standard_D4s_v5";
    let refused = azure.promote(larger);
    assert_eq!(refused.code, 77, "{refused}");
    let remedy = "add a pool with another name and these properties, and remove this one";
    assert!(refused.stderr.contains(remedy), "{refused}");
    let instead = "--set backend.azure.kubernetes.node-pools.large.vm-size=Standard_D4s_v5";
    let promoted = azure.promote(instead);
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_eq!(azure.run(&format!("drift {instead}")).code, 0);
}

#[test]
fn ranges_that_the_profile_no_longer_names_are_taken_away() {
    let azure = Subscription::new();
    let ranges = "--set backend.azure.kubernetes.authorized-ip-ranges=[198.18.0.0/24]";
    assert_eq!(azure.promote(ranges).code, 0);
    let drift = azure.run("drift");
    assert_eq!(drift.code, 2, "{drift}");
    let line = "properties.apiServerAccessProfile.authorizedIPRanges.0: \"198.18.0.0/24\" > (none)";
    assert!(drift.stdout.contains(line), "{drift}");
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(azure.run("drift").code, 0);
    let cluster = azure.resource("/managedclusters/").expect("a cluster");
    let left = &cluster["properties"]["apiServerAccessProfile"]["authorizedIPRanges"];
    assert_eq!(left, &serde_json::json!([]));
}

#[test]
fn a_system_pool_by_another_name_is_refused_as_the_cluster_keeps_its_own() {
    let azure = Subscription::new();
    // As a profile without a pool called `system` has it.
    azure.world.write(
        "profiles/azure.yaml",
        &crate::cost::AZURE.replace("system: {", "workers: {"),
    );
    assert_eq!(azure.promote("").code, 0);
    for (pool, code) in [("batch", 77), ("system", 77), ("zeta", 0)] {
        let set = format!("--set backend.azure.kubernetes.node-pools.{pool}.count=2");
        let run = azure.promote(&set);
        assert_eq!(run.code, code, "{run}");
        let reason = format!(
            "✗ node pool {pool}: the profile makes it the system pool, but the cluster's system pool is `workers`"
        );
        let plan = azure.run(&format!("plan {set}"));
        assert_eq!(plan.stdout.contains(&reason), code != 0, "{plan}");
    }
}

#[test]
fn what_azure_does_change_on_what_lives_is_promoted() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let mut sets = String::new();
    for setting in [
        "kubernetes.version=\"1.36\"",
        "kubernetes.tier=standard",
        "kubernetes.node-pools.system.count=3",
        "kubernetes.authorized-ip-ranges=[198.18.0.0/24]",
        "mysql.sku=Standard_D2ds_v4",
        "mysql.backup-retention-days=14",
        "registry.sku=standard",
        "network.address-space=10.240.0.0/15",
    ] {
        sets += " --set backend.azure.";
        sets += setting;
        let run = azure.promote(&sets);
        assert_eq!(run.code, 0, "{setting}: {run}");
        let drift = azure.run(&format!("drift{sets}"));
        assert_eq!(drift.code, 0, "{setting}: {drift}");
    }
}
