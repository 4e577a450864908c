//! Pools of nodes that come and go while their cluster lives.

use serde_json::{Value, json};

use super::Subscription;

const BATCH: &str = "--set backend.azure.kubernetes.node-pools.batch.count=3";
const POOL: &str = "/managedclusters/azure-aks/agentpools/";

/// Names of the pools that there are.
fn pools(azure: &Subscription) -> Vec<String> {
    let cloud = azure.cloud();
    let resources = cloud["resources"].as_object().expect("a map");
    let names = resources
        .keys()
        .filter_map(|id| Some(id.split_once(POOL)?.1.to_owned()));
    names.collect()
}

#[test]
fn a_pool_is_added_to_a_cluster_that_lives_and_taken_away_again() {
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let plan = azure.run(&format!("plan {BATCH}"));
    let line = "create  managedClusters/agentPools  batch: 3 nodes of Standard_D2s_v5";
    assert!(plan.stdout.contains(line), "{plan}");
    let added = azure.promote(BATCH);
    assert_eq!(added.code, 0, "{added}");
    assert_eq!(pools(&azure), ["batch", "system"]);
    assert_eq!(azure.run(&format!("drift {BATCH}")).code, 0);

    let more = azure.promote("--set backend.azure.kubernetes.node-pools.batch.count=4");
    assert_eq!(more.code, 0, "{more}");
    let pool = azure.resource(&format!("{POOL}batch")).expect("a pool");
    assert_eq!(pool["properties"]["count"], 4);

    let plan = azure.run("plan");
    assert!(
        plan.stdout
            .contains("delete  managedClusters/agentPools  batch"),
        "{plan}"
    );
    assert!(!plan.stdout.contains("the profile does not name"), "{plan}");
    let removed = azure.promote("");
    assert_eq!(removed.code, 0, "{removed}");
    assert_eq!(pools(&azure), ["system"]);
    assert_eq!(azure.run("drift").code, 0);
    assert_eq!(azure.run("destroy --yes").code, 0);
    assert!(azure.content().is_empty());
}

/// Makes of a cluster with a pool of its own what an earlier harness made: a pool that is a part of
/// the cluster alone.
fn as_it_was_made_earlier(azure: &Subscription) {
    azure.change_cloud(|cloud| {
        let stacks = cloud["stacks"].as_object_mut().expect("a map");
        let stack = stacks.values_mut().next().expect("a stack");
        stack["tags"]["harness-template"] = json!("made otherwise");
        stack["tags"]["harness-digest"] = json!("made otherwise");
        let tags = stack["tags"].as_object_mut().expect("a map");
        tags.remove("harness-storage-gib");
        let managed = stack["managed"].as_object_mut().expect("a map");
        managed.retain(|id, _| !id.contains(POOL));
    });
}

#[test]
fn the_pools_of_a_cluster_that_an_earlier_harness_made_go_on_and_are_managed_from_then_on() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(BATCH).code, 0);
    as_it_was_made_earlier(&azure);
    let promoted = azure.promote(BATCH);
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_eq!(pools(&azure), ["batch", "system"]);
    assert_eq!(azure.run(&format!("drift {BATCH}")).code, 0);
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(pools(&azure), ["system"]);
}

#[test]
fn a_rehearsal_that_was_kept_with_pools_in_the_cluster_goes_on() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(BATCH).code, 0);
    as_it_was_made_earlier(&azure);
    azure.change_cloud(|cloud| {
        let resources = cloud["resources"].as_object_mut().expect("a map");
        let is_pool = |id: &String| id.contains(POOL);
        let pools: Vec<Value> = resources
            .iter()
            .filter(|(id, _)| is_pool(id))
            .map(|(_, pool)| {
                let mut profile = pool["document"]["properties"].clone();
                profile["name"] = pool["document"]["name"].clone();
                profile
            })
            .collect();
        resources.retain(|id, _| !is_pool(id));
        let mut clusters = resources.iter_mut();
        let cluster = clusters.find(|(id, _)| id.ends_with("/managedclusters/azure-aks"));
        let (_, cluster) = cluster.expect("a cluster");
        cluster["document"]["properties"]["agentPoolProfiles"] = json!(pools);
    });
    let promoted = azure.promote(BATCH);
    assert_eq!(promoted.code, 0, "{promoted}");
    assert_eq!(pools(&azure), ["batch", "system"]);
    assert_eq!(azure.run(&format!("drift {BATCH}")).code, 0);
}

#[test]
fn a_pool_that_the_profile_does_not_name_is_told_with_how_it_goes_and_is_no_drift() {
    let azure = Subscription::new();
    assert_eq!(azure.promote(BATCH).code, 0);
    as_it_was_made_earlier(&azure);
    assert_eq!(azure.promote("").code, 0);
    assert_eq!(pools(&azure), ["batch", "system"]);
    let drift = azure.run("drift");
    assert_eq!(drift.code, 0, "{drift}");
    assert!(
        drift
            .stdout
            .contains("has a node pool `batch` that the profile does not name"),
        "{drift}"
    );
    let command = "az aks nodepool delete --resource-group harness-azure --cluster-name azure-aks --name batch";
    assert!(drift.stdout.contains(command), "{drift}");
}
