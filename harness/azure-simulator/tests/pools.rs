//! Limits of pools, and when pools can change.

use serde_json::{Value, json};

use super::super::Response;
use super::compute::{CLUSTER, VERSION, cluster};
use super::{World, code};

/// A cluster with these pools.
fn with(pools: &Value) -> Value {
    let mut body = cluster("1.35", "Standard_D2s_v5", 2);
    body["properties"]["agentPoolProfiles"] = pools.clone();
    body
}

fn pool(name: &str, mode: &str) -> Value {
    json!({"name": name, "mode": mode, "vmSize": "Standard_D2s_v5", "count": 2})
}

/// A world with a cluster that has a system pool and a user pool.
fn running() -> World {
    let mut world = World::prepared();
    let body = with(&json!([pool("system", "System"), pool("batch", "User")]));
    let made = world.put(&body);
    world.finish(&made);
    world
}

impl World {
    fn pool(&mut self, method: &str, name: &str, properties: &Value) -> Response {
        let path = format!("{CLUSTER}/agentPools/{name}");
        let body = json!({"properties": properties});
        let body = (method == "PUT").then_some(&body);
        self.call(method, &path, VERSION, body)
    }
}

fn outcome(answer: &Response) -> String {
    let target = answer.document()["target"].as_str().unwrap_or_default();
    format!("{} {} {target}", answer.status, code(answer))
}

#[test]
fn a_pool_has_limits_of_nodes_disks_and_pods() {
    let invalid = |field: &str| format!("400 InvalidParameter agentPoolProfile.{field}");
    let pods =
        |code: &str| format!("400 {code} agentPoolProfile.kubernetesConfig.kubeletConfig.maxPods");
    for (field, value, expected) in [
        ("count", json!(0), invalid("count")),
        ("count", json!(1001), invalid("count")),
        ("count", json!("2"), invalid("count")),
        ("osDiskSizeGB", json!(10), invalid("osDiskSizeGB")),
        ("osDiskSizeGB", json!(29), invalid("osDiskSizeGB")),
        ("osDiskSizeGB", json!(2049), invalid("osDiskSizeGB")),
        ("osDiskSizeGB", json!(0), "201  ".to_owned()),
        ("osDiskSizeGB", json!(30), "201  ".to_owned()),
        ("maxPods", json!(9), pods("InsufficientMaxPods")),
        ("maxPods", json!(251), invalid("maxPods")),
        (
            "maxPods",
            json!(10),
            pods("InsufficientAgentPoolMaxPodsPerAgentPool"),
        ),
        ("maxPods", json!(15), "201  ".to_owned()),
        (
            "osType",
            json!("Windows"),
            "400 SystemPoolMustBeLinux agentPoolProfile.osType".to_owned(),
        ),
        (
            "scaleSetPriority",
            json!("Spot"),
            "400 SystemPoolMustBeRegular agentPoolProfile.scaleSetPriority".to_owned(),
        ),
        (
            "orchestratorVersion",
            json!("1.20"),
            "400 AgentPoolK8sVersionNotSupported ".to_owned(),
        ),
        (
            "orchestratorVersion",
            json!("1.36"),
            "400 NodePoolMcVersionIncompatible ".to_owned(),
        ),
    ] {
        let mut world = World::prepared();
        let mut only = pool("system", "System");
        only[field] = value.clone();
        let answer = world.put(&with(&json!([only])));
        assert_eq!(outcome(&answer), expected, "{field} {value}");
    }
}

#[test]
fn requests_for_single_pools_have_the_same_limits_and_a_user_pool_may_be_empty() {
    let mut world = running();
    let user = |field: &str, value: Value| {
        let mut one = json!({"mode": "User", "vmSize": "Standard_D2s_v5", "count": 1});
        one[field] = value;
        one
    };
    for (field, value, expected) in [
        ("osDiskSizeGB", json!(10), "InvalidParameter"),
        ("maxPods", json!(5), "InsufficientMaxPods"),
        ("count", json!(-1), "InvalidParameter"),
        ("mode", json!("user"), "InvalidParameter"),
        (
            "orchestratorVersion",
            json!("1.31"),
            "AgentPoolK8sVersionNotSupported",
        ),
    ] {
        let answer = world.pool("PUT", "more", &user(field, value));
        assert_eq!(code(&answer), expected, "{field}");
    }
    let zero = world.pool("PUT", "system", &json!({"count": 0}));
    assert_eq!(
        outcome(&zero),
        "400 InvalidParameter agentPoolProfile.count"
    );
    let windows = json!({"mode": "User", "vmSize": "Standard_D2s_v5", "osType": "Windows"});
    let long = world.pool("PUT", "windows", &windows);
    assert_eq!(outcome(&long), "400 InvalidParameter agentPoolProfile.name");
    let none = world.pool("PUT", "more", &user("count", json!(0)));
    assert_eq!(none.status, 201, "{:?}", none.document());
}

#[test]
fn a_cluster_needs_a_system_pool_and_unique_pool_names() {
    let mut world = World::prepared();
    for (pools, expected) in [
        (
            json!([pool("a", "User")]),
            "400 MustDefineAtLeastOneSystemPool agentPoolProfiles",
        ),
        (
            json!([]),
            "400 MustDefineAtLeastOneSystemPool agentPoolProfiles",
        ),
        (
            json!([pool("a", "System"), pool("a", "User")]),
            "400 InvalidParameter agentPoolProfile.name",
        ),
        (
            json!(null),
            "400 InvalidParameter properties.agentPoolProfiles",
        ),
    ] {
        assert_eq!(outcome(&world.put(&with(&pools))), expected, "{pools}");
    }
    let mut world = running();
    let only_user = with(&json!([pool("system", "User")]));
    assert_eq!(
        code(&world.put(&only_user)),
        "MustDefineAtLeastOneSystemPool"
    );
    // A mode that the request leaves out stays.
    let without_mode = with(&json!([{"name": "system", "vmSize": "Standard_D2s_v5", "count": 3}]));
    let accepted = world.put(&without_mode);
    assert_eq!(accepted.status, 200, "{:?}", accepted.document());
}

#[test]
fn a_cluster_deletes_one_system_pool_at_a_time_and_never_the_last() {
    let mut world = running();
    let second = json!({"mode": "System", "vmSize": "Standard_D2s_v5", "count": 2});
    let made = world.pool("PUT", "second", &second);
    world.finish(&made);
    let going = world.pool("DELETE", "second", &json!(null));
    assert_eq!(going.status, 202);
    let meanwhile = world.pool("DELETE", "system", &json!(null));
    assert_eq!(outcome(&meanwhile), "409 OperationNotAllowed ");
    world.finish(&going);
    let last = world.pool("DELETE", "system", &json!(null));
    assert_eq!(outcome(&last), "400 OperationNotAllowed ");
}

#[test]
fn a_cluster_and_its_pools_run_one_operation_at_a_time() {
    let more = json!({"count": 3});
    let message = |answer: &Response| {
        let text = answer.document()["message"].as_str().unwrap_or_default();
        let head = text.split(", please wait").next().unwrap_or_default();
        format!("{} {}: {head}", answer.status, code(answer))
    };
    let mut world = running();
    let begun = world.pool("PUT", "batch", &more);
    assert_eq!(begun.status, 200);
    let mut outcomes = Vec::new();
    for (method, name) in [("PUT", "system"), ("PUT", "batch"), ("DELETE", "batch")] {
        outcomes.push(message(&world.pool(method, name, &more)));
    }
    outcomes.push(message(
        &world.put(&with(&json!([pool("system", "System")]))),
    ));
    outcomes.push(message(&world.call("DELETE", CLUSTER, VERSION, None)));
    world.finish(&begun);
    let begun = world.put(&with(&json!([pool("system", "System")])));
    assert_eq!(begun.status, 200);
    for (method, name) in [("PUT", "batch"), ("DELETE", "batch")] {
        outcomes.push(message(&world.pool(method, name, &more)));
    }
    outcomes.push(message(
        &world.put(&with(&json!([pool("system", "System")]))),
    ));
    world.finish(&begun);
    insta::assert_snapshot!(outcomes.join("\n"), @"
    409 OperationNotAllowed: Operation is not allowed: Another agentpool operation (batch - Updating) is in progress
    409 OperationNotAllowed: Operation is not allowed: Another agentpool operation (batch - Updating) is in progress
    409 OperationNotAllowed: Operation is not allowed: Another agentpool operation (batch - Updating) is in progress
    409 OperationNotAllowed: Managed Cluster operation is not allowed: Another operation (Updating) is in progress on agent pool (batch)
    409 OperationNotAllowed: Managed Cluster operation is not allowed: Another operation (Updating) is in progress on agent pool (batch)
    409 OperationNotAllowed: Operation is not allowed: Another operation (Updating) is in progress
    409 OperationNotAllowed: Operation is not allowed: Another operation (Updating) is in progress
    409 OperationNotAllowed: Operation is not allowed: Another operation (Updating) is in progress
    ");
    assert_eq!(world.pool("DELETE", "batch", &json!(null)).status, 202);
}

#[test]
fn a_delete_below_a_missing_parent_is_refused() {
    let mut world = World::prepared();
    let gone = world.pool("DELETE", "system", &json!(null));
    assert_eq!((gone.status, code(&gone)), (404, "ParentResourceNotFound"));
    for (path, version) in [
        (
            "Microsoft.DBforMySQL/flexibleServers/none/databases/temporal",
            "2023-12-30",
        ),
        (
            "Microsoft.DBforMySQL/flexibleServers/none/firewallRules/home",
            "2023-12-30",
        ),
        (
            "Microsoft.Network/virtualNetworks/none/subnets/aks",
            "2024-01-01",
        ),
        (
            "Microsoft.Network/privateDnsZones/none.example/virtualNetworkLinks/a",
            "2020-06-01",
        ),
        (
            "Microsoft.ManagedIdentity/userAssignedIdentities/none/federatedIdentityCredentials/a",
            "2023-01-31",
        ),
    ] {
        let path = format!("/resourceGroups/rg/providers/{path}");
        let gone = world.call("DELETE", &path, version, None);
        let expected = (404, "ParentResourceNotFound");
        assert_eq!((gone.status, code(&gone)), expected, "{path}");
    }
    let elsewhere = CLUSTER.replace("/rg/", "/none/");
    let gone = world.call("DELETE", &elsewhere, VERSION, None);
    assert_eq!((gone.status, code(&gone)), (404, "ResourceGroupNotFound"));
    assert_eq!(world.call("DELETE", CLUSTER, VERSION, None).status, 204);
}
