//! What Azure does not allow, and what cannot be taken away from it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Subscription;

const SEED: &str = include_str!("../../../profiles/azure-seed.yaml");

/// The smallest MySQL has 341 connections, and the base asks for 500: said before anything is made.
#[test]
fn more_connections_than_the_sku_has_are_refused_where_the_profile_is_read() {
    let azure = Subscription::new();
    let run = azure.promote("--set backend.azure.mysql.sku=Standard_B1ms");
    assert_snapshot!(run, @"
    --- stderr
    error: --set backend.azure.mysql.sku=Standard_B1ms: `max-connections` is 500, but a server of `Standard_B1ms` allows at most 341; set `database.mysql.max-connections: 341` too, or set a `sku` such as `Standard_B2s`
      |
    1 | backend.azure.mysql.sku=Standard_B1ms
      |                         ^^^^^^^^^^^^^
    --- exit 65
    ");
    assert_eq!(azure.try_cloud(), None);
    let run = azure.promote(
        "--set backend.azure.mysql.sku=Standard_B1ms --set database.mysql.max-connections=341",
    );
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn the_shape_of_the_article_asks_for_what_its_sku_allows() {
    let azure = Subscription::new();
    azure.world.write("profiles/azure-seed.yaml", SEED);
    let mut command = azure.world.command();
    command
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .env("HARNESS_REHEARSAL_SPEED", super::SPEED)
        .args(["promote", "-p", "azure-seed", "--rehearse"])
        .args(["--override-gate=untested", "--set"])
        .arg("worker.run={\"image\":\"example/worker:1\"}");
    let run = azure.world.output(command);
    assert_eq!(run.code, 0, "{run}");
    let state = azure.world.path().join(".harness/azure-seed.rehearsal");
    let cloud = fs_err::read_to_string(state.join("cloud/cloud.json")).expect("the cloud is kept");
    let cloud: Value = serde_json::from_str(&cloud).expect("JSON");
    let mut resources = cloud["resources"].as_object().expect("a map").iter();
    let (_, set) = resources
        .find(|(id, _)| id.ends_with("/configurations/max_connections"))
        .expect("it is set");
    assert_eq!(set["document"]["properties"]["value"], "341");
}

/// A parameter of a server cannot be deleted: what a template no longer has gets its default, and the
/// stack lets go of it.
#[test]
fn a_server_parameter_that_is_no_longer_wanted_gets_its_default() {
    const NAME: &str = "thread_cache_size";
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    azure.change_cloud(|cloud| {
        let resources = cloud["resources"].as_object().expect("a map");
        let (key, set) = resources
            .iter()
            .find(|(id, _)| id.ends_with("/configurations/max_connections"))
            .expect("it is set");
        let key = key.replace("max_connections", NAME);
        let mut set = set.clone();
        let id = set["id"].as_str().unwrap_or_default();
        let id = json!(id.replace("max_connections", NAME));
        set["id"] = id.clone();
        set["document"]["id"] = id.clone();
        set["document"]["name"] = json!(NAME);
        set["document"]["properties"]["value"] = json!("100");
        cloud["resources"][&key] = set;
        let stacks = cloud["stacks"].as_object_mut().expect("a map");
        let stack = stacks.values_mut().next().expect("a stack");
        stack["managed"][&key] = json!({"id": id, "not_deleted": null});
    });
    let run = azure.promote("--set backend.azure.tags.team=orders");
    assert_eq!(run.code, 0, "{run}");
    let cloud = azure.cloud();
    let mut resources = cloud["resources"].as_object().expect("a map").iter();
    let (key, set) = resources
        .find(|(id, _)| id.ends_with(NAME))
        .expect("it stays");
    assert_eq!(set["document"]["properties"]["value"], "9");
    let mut stacks = cloud["stacks"].as_object().expect("a map").values();
    let managed = &stacks.next().expect("a stack")["managed"];
    assert_eq!(managed[key], Value::Null);
    assert_eq!(azure.run("destroy --yes").code, 0);
    assert!(azure.content().is_empty());
}

/// A word of Azure's in the name of a profile is in that of everything made from it.
#[test]
fn a_reserved_word_is_refused_before_anything_is_made() {
    let azure = Subscription::new();
    let run = azure.promote("--set backend.azure.resource-group=our-windows-lab");
    assert_snapshot!(run, @"
    --- stderr
    error: --set backend.azure.resource-group=our-windows-lab: Azure reserves the word `windows`, so a resource group `our-windows-lab` cannot contain a cluster; set another `resource-group`
      |
    1 | backend.azure.resource-group=our-windows-lab
      |                              ^^^^^^^^^^^^^^^
    --- exit 65
    ");
    assert_eq!(azure.try_cloud(), None);
}
