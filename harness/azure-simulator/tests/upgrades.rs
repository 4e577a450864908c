//! Upgrades of clusters and their pools.

use serde_json::{Value, json};

use super::super::Response;
use super::compute::{CLUSTER, VERSION, cluster};
use super::{World, code};

const POOL: &str =
    "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/dev/agentPools/system";

/// A world with a cluster of this version.
fn running(version: &str) -> World {
    let mut world = World::prepared();
    let made = world.put(&cluster(version, "Standard_D2s_v5", 2));
    world.finish(&made);
    world
}

fn put_and_wait(world: &mut World, path: &str, body: &Value) -> Response {
    let answer = world.call("PUT", path, VERSION, Some(body));
    if answer.status < 300 {
        world.finish(&answer);
    }
    answer
}

/// The version of the cluster, the version of its pool in the cluster's document and in the pool's,
/// and the node image.
fn shown(world: &mut World) -> [String; 4] {
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let cluster = world.call("GET", CLUSTER, VERSION, None);
    let pool = world.call("GET", POOL, VERSION, None);
    let properties = &cluster.document()["properties"];
    let (inside, own) = (
        &properties["agentPoolProfiles"][0],
        &pool.document()["properties"],
    );
    assert_eq!(inside["orchestratorVersion"], own["orchestratorVersion"]);
    assert_eq!(inside["nodeImageVersion"], own["nodeImageVersion"]);
    [
        of(&properties["currentKubernetesVersion"]),
        of(&inside["currentOrchestratorVersion"]),
        of(&own["currentOrchestratorVersion"]),
        of(&own["nodeImageVersion"]),
    ]
}

#[test]
fn a_cluster_is_upgraded_before_its_pool() {
    let mut world = running("1.34");
    let image = "AKSUbuntu-2404gen2containerd-202610.26.0";
    assert_eq!(shown(&mut world), ["1.34.6", "1.34.6", "1.34.6", image]);
    let early = put_and_wait(
        &mut world,
        POOL,
        &json!({"properties": {"orchestratorVersion": "1.35"}}),
    );
    assert_eq!(code(&early), "NodePoolMcVersionIncompatible");
    // Only the control plane.
    let mut body = cluster("1.35", "Standard_D2s_v5", 2);
    assert_eq!(put_and_wait(&mut world, CLUSTER, &body).status, 200);
    assert_eq!(shown(&mut world), ["1.35.4", "1.34.6", "1.34.6", image]);
    world.now += std::time::Duration::from_hours(8 * 24);
    world.token = world.sign_in("https://management.azure.com/.default");
    // `az aks nodepool upgrade` sends back what it has read, with another version.
    let mut pool = world.call("GET", POOL, VERSION, None).document().clone();
    pool["properties"]["orchestratorVersion"] = json!("1.35.4");
    assert_eq!(put_and_wait(&mut world, POOL, &pool).status, 200);
    let image = "AKSUbuntu-2404gen2containerd-202611.09.0";
    assert_eq!(shown(&mut world), ["1.35.4", "1.35.4", "1.35.4", image]);
    // `az aks upgrade` sends both versions in one request.
    body["properties"]["kubernetesVersion"] = json!("1.36.1");
    body["properties"]["agentPoolProfiles"][0]["orchestratorVersion"] = json!("1.36.1");
    let upgraded = put_and_wait(&mut world, CLUSTER, &body);
    assert_eq!(upgraded.status, 200, "{:?}", upgraded.document());
    assert_eq!(shown(&mut world), ["1.36.1", "1.36.1", "1.36.1", image]);
    // A client cannot set these values: Azure ignores them.
    let values = json!({"properties": {"currentOrchestratorVersion": "1.36.2",
        "nodeImageVersion": "mine", "count": 3}});
    assert_eq!(put_and_wait(&mut world, POOL, &values).status, 200);
    assert_eq!(shown(&mut world), ["1.36.1", "1.36.1", "1.36.1", image]);
}

#[test]
fn an_upgrade_of_the_cluster_is_refused_if_a_pool_would_be_four_minor_versions_behind() {
    let mut world = World::prepared();
    let mut body = cluster("1.32", "Standard_D2s_v5", 2);
    body["sku"]["tier"] = json!("Premium");
    body["properties"]["supportPlan"] = json!("AKSLongTermSupport");
    let made = world.put(&body);
    world.finish(&made);
    for (version, status) in [("1.33", 200), ("1.34", 200), ("1.35", 200), ("1.36", 400)] {
        // Like azure-cli: it sends back what it has read, with another version.
        let mut read = world.call("GET", CLUSTER, VERSION, None).document().clone();
        read["properties"]["kubernetesVersion"] = json!(version);
        let answer = put_and_wait(&mut world, CLUSTER, &read);
        assert_eq!(answer.status, status, "{version}: {:?}", answer.document());
    }
    let [control, pool, ..] = shown(&mut world);
    assert_eq!([&*control, &*pool], ["1.35.4", "1.32.11"]);
}

#[test]
fn a_minor_version_keeps_the_current_patch_and_no_version_goes_down() {
    let mut world = running("1.35.3");
    let mut cluster_to = |version: &str| {
        let answer = put_and_wait(&mut world, CLUSTER, &cluster(version, "Standard_D2s_v5", 2));
        let message = answer.document()["message"].as_str().unwrap_or_default();
        let says = message.split(" is not allowed").next().unwrap_or_default();
        (code(&answer).to_owned(), says.to_owned())
    };
    let fine = (String::new(), String::new());
    assert_eq!(cluster_to("1.35"), fine);
    assert_eq!(cluster_to("1.35.99").0, "K8sVersionNotSupported");
    assert_eq!(cluster_to("1.35.4"), fine);
    let down = cluster_to("1.35.3");
    assert_eq!(
        (down.0.as_str(), down.1.as_str()),
        (
            "OperationNotAllowed",
            "Downgrading Kubernetes version 1.35.4 to 1.35.3"
        )
    );
    let [control, inside, ..] = shown(&mut world);
    assert_eq!((control.as_str(), inside.as_str()), ("1.35.4", "1.35.3"));
    let follow = json!({"properties": {"orchestratorVersion": "1.35.4"}});
    assert_eq!(put_and_wait(&mut world, POOL, &follow).status, 200);
    let down = json!({"properties": {"orchestratorVersion": "1.34"}});
    assert_eq!(
        code(&put_and_wait(&mut world, POOL, &down)),
        "OperationNotAllowed"
    );
}

#[test]
fn an_image_upgrade_keeps_the_version_of_the_nodes() {
    let mut world = running("1.35");
    let path = format!("{POOL}/upgradeNodeImageVersion");
    world.now += std::time::Duration::from_hours(8 * 24);
    world.token = world.sign_in("https://management.azure.com/.default");
    let [control, inside, own, before] = shown(&mut world);
    let begun = world.call("POST", &path, VERSION, None);
    assert_eq!(begun.status, 202);
    let busy = world.call("POST", &path, VERSION, None);
    assert_eq!((busy.status, code(&busy)), (409, "OperationNotAllowed"));
    world.finish(&begun);
    let image = "AKSUbuntu-2404gen2containerd-202611.09.0".to_owned();
    assert_ne!(before, image);
    assert_eq!(shown(&mut world), [control, inside, own, image]);
}

#[test]
fn the_upgrade_profiles_list_the_possible_versions() {
    let mut world = running("1.35.3");
    let path = format!("{CLUSTER}/upgradeProfiles/default");
    let answer = world.call("GET", &path, VERSION, None);
    let next = json!([
        {"kubernetesVersion": "1.35.4"},
        {"kubernetesVersion": "1.36.1"},
        {"kubernetesVersion": "1.36.2"},
    ]);
    let control = json!({"kubernetesVersion": "1.35.3", "osType": "Linux", "upgrades": next});
    let mut pool = control.clone();
    pool["name"] = json!("system");
    assert_eq!(
        answer.document()["properties"],
        json!({"controlPlaneProfile": control, "agentPoolProfiles": [pool]})
    );
    assert_eq!(
        answer.document()["type"],
        "Microsoft.ContainerService/managedClusters/upgradeProfiles"
    );
    let answer = world.call(
        "GET",
        &format!("{POOL}/upgradeProfiles/default"),
        VERSION,
        None,
    );
    let of_pool = &answer.document()["properties"];
    assert_eq!(of_pool["upgrades"], next);
    assert_eq!(
        of_pool["latestNodeImageVersion"],
        "AKSUbuntu-2404gen2containerd-202610.26.0"
    );
    let preview = &running("1.36")
        .call("GET", &path, VERSION, None)
        .document()["properties"]["controlPlaneProfile"]["upgrades"]
        .clone();
    assert_eq!(
        *preview,
        json!([{"kubernetesVersion": "1.37.0", "isPreview": true}])
    );
    let none = world.call("GET", &path.replace("/dev/", "/none/"), VERSION, None);
    assert_eq!((none.status, code(&none)), (404, "ResourceNotFound"));
}
