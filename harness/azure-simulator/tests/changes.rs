//! Changes of existing resources, and refusals of them.

use serde_json::{Value, json};

use super::super::Response;
use super::{GROUP, NETWORK, SERVER, World, code, network, server, with_server};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters/aks";
const VERSION: &str = "2024-02-01";

fn cluster(world: &World) -> Value {
    json!({"location": "westeurope", "identity": {"type": "SystemAssigned"},
        "sku": {"name": "Base", "tier": "Free"}, "properties": {
        "kubernetesVersion": "1.35",
        "dnsPrefix": "aks",
        "networkProfile": {"networkPlugin": "azure", "serviceCidr": "10.0.0.0/16"},
        "agentPoolProfiles": [pool(world, "system", "System")],
    }})
}

fn pool(world: &World, name: &str, mode: &str) -> Value {
    json!({"name": name, "mode": mode, "vmSize": "Standard_D2s_v5", "count": 2, "maxPods": 110,
        "osDiskSizeGB": 32, "vnetSubnetID": format!("{}/subnets/aks", world.id(NETWORK.0))})
}

fn with_cluster() -> World {
    let mut world = with_server();
    let body = cluster(&world);
    world.make(CLUSTER, VERSION, &body);
    world
}

fn put(world: &mut World, path: &str, version: &str, body: &Value) -> Response {
    let answer = world.call(
        "PUT",
        &format!("{GROUP}/providers/{path}"),
        version,
        Some(body),
    );
    if answer.status < 300 && answer.header("Azure-AsyncOperation").is_some() {
        world.finish(&answer);
    }
    answer
}

fn pools(world: &mut World) -> Vec<String> {
    let answer = world.call(
        "GET",
        &format!("{GROUP}/providers/{CLUSTER}"),
        VERSION,
        None,
    );
    let pools = &answer.document()["properties"]["agentPoolProfiles"];
    let names = pools.as_array().into_iter().flatten();
    names
        .map(|pool| pool["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_put_of_a_cluster_neither_adds_nor_removes_pools_but_requests_for_single_pools_do() {
    let mut world = with_cluster();
    let mut body = cluster(&world);
    body["properties"]["agentPoolProfiles"] = json!([
        pool(&world, "system", "System"),
        pool(&world, "batch", "User")
    ]);
    let refused = put(&mut world, CLUSTER, VERSION, &body);
    assert_eq!((refused.status, code(&refused)), (400, "BadRequest"));
    let batch = format!("{CLUSTER}/agentPools/batch");
    let mut properties = pool(&world, "batch", "User");
    properties
        .as_object_mut()
        .expect("an object")
        .remove("name");
    let made = put(
        &mut world,
        &batch,
        VERSION,
        &json!({"properties": properties}),
    );
    assert_eq!(made.status, 201);
    assert_eq!(pools(&mut world), ["batch", "system"]);
    let same = cluster(&world);
    assert_eq!(put(&mut world, CLUSTER, VERSION, &same).status, 200);
    assert_eq!(pools(&mut world), ["batch", "system"]);
    let path = format!("{GROUP}/providers/{CLUSTER}/agentPools");
    let listed = world.call("GET", &path, VERSION, None);
    assert_eq!(listed.document()["value"].as_array().map(Vec::len), Some(2));
    let last = world.call("DELETE", &format!("{path}/system"), VERSION, None);
    assert_eq!(code(&last), "OperationNotAllowed");
    let gone = world.call("DELETE", &format!("{path}/batch"), VERSION, None);
    assert_eq!(gone.status, 202);
    world.finish(&gone);
    assert_eq!(pools(&mut world), ["system"]);
}

#[test]
fn values_that_a_put_of_a_cluster_or_pool_leaves_out_stay() {
    let mut world = with_cluster();
    let brief = json!({"location": "westeurope", "properties": {"autoUpgradeProfile": {"upgradeChannel": "patch"}}});
    let answer = put(&mut world, CLUSTER, VERSION, &brief);
    assert_eq!(answer.status, 200, "{:?}", answer.document());
    let cluster = answer.document();
    assert_eq!(cluster["properties"]["dnsPrefix"], "aks");
    assert_eq!(cluster["sku"]["tier"], "Free");
    assert_eq!(
        cluster["properties"]["autoUpgradeProfile"]["upgradeChannel"],
        "patch"
    );
    let system = format!("{CLUSTER}/agentPools/system");
    let answer = put(
        &mut world,
        &system,
        VERSION,
        &json!({"properties": {"count": 5}}),
    );
    let pool = &answer.document()["properties"];
    assert_eq!(
        (&pool["count"], &pool["vmSize"]),
        (&json!(5), &json!("Standard_D2s_v5"))
    );
}

#[test]
fn a_pool_and_its_cluster_are_not_changed_at_the_same_time() {
    let mut world = with_cluster();
    let path = format!("{GROUP}/providers/{CLUSTER}");
    let body = cluster(&world);
    let begun = world.call("PUT", &path, VERSION, Some(&body));
    let system = json!({"properties": {"count": 5}});
    let busy = world.call(
        "PUT",
        &format!("{path}/agentPools/system"),
        VERSION,
        Some(&system),
    );
    assert_eq!((busy.status, code(&busy)), (409, "OperationNotAllowed"));
    world.finish(&begun);
    let begun = world.call(
        "PUT",
        &format!("{path}/agentPools/system"),
        VERSION,
        Some(&system),
    );
    assert_eq!(begun.status, 200);
    assert_eq!(world.call("PUT", &path, VERSION, Some(&body)).status, 409);
}

#[test]
fn immutable_properties_of_a_cluster_cannot_change() {
    let mut world = with_cluster();
    let mut refused = |pointer: &str, value: Value| {
        let mut body = cluster(&world);
        let (parent, key) = pointer.rsplit_once('/').expect("a path");
        body.pointer_mut(parent).expect("the parent object")[key] = value;
        let answer = put(&mut world, CLUSTER, VERSION, &body);
        let target = answer.document()["target"].as_str().unwrap_or_default();
        format!("{} {} {target}", answer.status, code(&answer))
    };
    let changed = "400 PropertyChangeNotAllowed";
    let pool = "/properties/agentPoolProfiles/0";
    for (pointer, value, expected) in [
        (
            "/properties/dnsPrefix",
            json!("other"),
            format!("{changed} dnsPrefix"),
        ),
        (
            "/properties/networkProfile/serviceCidr",
            json!("10.9.0.0/16"),
            format!("{changed} networkProfile.serviceCidr"),
        ),
        (
            "/properties/networkProfile/networkPlugin",
            json!("kubenet"),
            format!("{changed} networkProfile.networkPlugin"),
        ),
        (
            &format!("{pool}/vmSize"),
            json!("Standard_D4s_v5"),
            format!("{changed} agentPoolProfile.vmSize"),
        ),
        (
            &format!("{pool}/maxPods"),
            json!(30),
            format!("{changed} agentPoolProfile.maxPods"),
        ),
        (
            &format!("{pool}/osDiskSizeGB"),
            json!(64),
            format!("{changed} agentPoolProfile.osDiskSizeGB"),
        ),
        (
            "/properties/apiServerAccessProfile",
            json!({"enablePrivateCluster": true}),
            "400 BadRequest enablePrivateCluster".to_owned(),
        ),
        (
            "/properties/kubernetesVersion",
            json!("1.34"),
            "400 OperationNotAllowed ".to_owned(),
        ),
        (
            "/properties/kubernetesVersion",
            json!("1.37"),
            "400 OperationNotAllowed ".to_owned(),
        ),
        (
            "/location",
            json!("northeurope"),
            "409 InvalidResourceLocation ".to_owned(),
        ),
    ] {
        assert_eq!(refused(pointer, value), expected, "{pointer}");
    }
    let system = format!("{CLUSTER}/agentPools/system");
    let answer = put(
        &mut world,
        &system,
        VERSION,
        &json!({"properties": {"vmSize": "Standard_D4s_v5"}}),
    );
    assert_eq!(answer.document()["target"], "properties.vmSize");
    let answer = put(
        &mut world,
        &system,
        VERSION,
        &json!({"properties": {"mode": "User"}}),
    );
    assert_eq!(code(&answer), "OperationNotAllowed");
}

#[test]
fn a_cluster_cannot_be_upgraded_more_than_three_versions_ahead_of_its_pools() {
    let mut world = with_cluster();
    let id = format!("{}/agentpools/system", world.id(CLUSTER).to_lowercase());
    let mut upgraded = |pool: &str| {
        let system = world.cloud.state.resources.get_mut(&id).expect("a pool");
        system.document["properties"]["currentOrchestratorVersion"] = json!(pool);
        let mut body = cluster(&world);
        body["properties"]["kubernetesVersion"] = json!("1.36");
        code(&put(&mut world, CLUSTER, VERSION, &body)).to_owned()
    };
    assert_eq!(upgraded("1.32.4"), "NodePoolMcVersionIncompatible");
    assert_eq!(upgraded("1.33.4"), "");
}

#[test]
fn immutable_properties_of_a_server_and_of_a_subnet_in_use_cannot_change() {
    let mut world = with_cluster();
    let mut refused = |pointer: &str, value: Value| {
        let mut body = server(&world);
        let (parent, key) = pointer.rsplit_once('/').expect("a path");
        body.pointer_mut(parent).expect("the parent object")[key] = value;
        let answer = put(&mut world, SERVER.0, SERVER.1, &body);
        code(&answer).to_owned()
    };
    for (pointer, value, expected) in [
        (
            "/properties/administratorLogin",
            json!("other"),
            "PropertyChangeNotAllowed",
        ),
        (
            "/properties/version",
            json!("8.0.21"),
            "OperationNotAllowed",
        ),
        ("/properties/storage/storageSizeGB", json!(24), ""),
        (
            "/properties/storage/storageSizeGB",
            json!(20),
            "StorageSizeDecreaseNotSupported",
        ),
    ] {
        assert_eq!(refused(pointer, value), expected, "{pointer}");
    }
    let mut body = network();
    body["properties"]["subnets"][0]["properties"]["addressPrefix"] = json!("10.1.8.0/22");
    let answer = put(&mut world, NETWORK.0, NETWORK.1, &body);
    assert_eq!(code(&answer), "InUseSubnetCannotBeUpdated");
}

#[test]
fn a_standby_in_another_zone_can_only_be_created_with_the_server() {
    let mut world = with_server();
    let mut with = |mode: &str, tier: &str, sku: &str| {
        let mut body = server(&world);
        body["sku"] = json!({"name": sku, "tier": tier});
        body["properties"]["highAvailability"] = json!({"mode": mode});
        let answer = put(&mut world, SERVER.0, SERVER.1, &body);
        code(&answer).to_owned()
    };
    let (general, burstable) = ("GeneralPurpose", "Burstable");
    assert_eq!(
        with("ZoneRedundant", general, "Standard_D2ds_v4"),
        "OperationNotAllowed"
    );
    assert_eq!(with("SameZone", general, "Standard_D2ds_v4"), "");
    assert_eq!(
        with("ZoneRedundant", general, "Standard_D2ds_v4"),
        "OperationNotAllowed"
    );
    assert_eq!(
        with("Disabled", burstable, "Standard_B2s"),
        "OperationNotAllowed"
    );
    assert_eq!(with("Disabled", general, "Standard_D2ds_v4"), "");
    assert_eq!(with("Disabled", burstable, "Standard_B2s"), "");
}
