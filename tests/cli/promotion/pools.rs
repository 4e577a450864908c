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

/// A build of this machine does not run on the other kind of processors.
#[test]
fn nodes_of_another_architecture_than_the_worker_are_refused_before_anything_is_made() {
    let azure = Subscription::new();
    azure.world.cargo("exit 1");
    let (other, own) = match std::env::consts::ARCH {
        "aarch64" => ("Standard_D2s_v5", "Standard_D2ps_v5"),
        _ => ("Standard_D2ps_v5", "Standard_D2s_v5"),
    };
    let run = |verb: &str, pool: &str, size: &str| {
        let mut command = azure.command(verb);
        let sets = [
            format!("backend.azure.kubernetes.node-pools.{pool}.vm-size={size}"),
            "worker.run={build: own}".to_owned(),
        ];
        command.args(sets.iter().flat_map(|set| ["--set", set]));
        command.env("PATH", format!("{}/bin:/usr/bin:/bin", azure.world.path()));
        azure.world.output(command)
    };
    // Whose list of sizes is known.
    assert_eq!(azure.promote("").code, 0);
    let before = azure.content();
    for pool in ["system", "batch"] {
        for verb in ["plan", "promote --override-gate=untested"] {
            let refused = run(verb, pool, other);
            assert_eq!(refused.code, 77, "{refused}");
            let why = format!("architecture of node pool {pool}: {other} has ");
            assert!(refused.to_string().contains(&why), "{refused}");
        }
        let fits = run("plan", pool, own);
        assert!(!fits.stdout.contains("processors of"), "{fits}");
    }
    assert_eq!(azure.content(), before);
    // What a registry has may be for both.
    let named =
        azure.run("plan --set backend.azure.kubernetes.node-pools.batch.vm-size=Standard_D2ps_v5");
    let told = "? architecture of node pool batch: it is Arm64, and it is not known whether the image \
                example/worker:1 supports that";
    assert!(named.stdout.contains(told), "{named}");
}
