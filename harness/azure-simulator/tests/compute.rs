//! Machines, versions and quotas, and the clusters that are refused because of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Circumstances, Cloud, Fault, Response, Script, Settings, Sizes, State, What};
use super::{GROUP, World};

pub(super) const CLUSTER: &str =
    "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/dev";
pub(super) const VERSION: &str = "2024-02-01";

pub(super) fn under(circumstances: Circumstances) -> World {
    let script = Script::default().under(circumstances);
    World::prepared_with(Settings::invented(), script)
}

pub(super) fn cluster(version: &str, size: &str, count: u32) -> Value {
    json!({"location": "West Europe", "identity": {"type": "SystemAssigned"},
        "sku": {"name": "Base", "tier": "Free"},
        "properties": {
            "dnsPrefix": "dev",
            "kubernetesVersion": version,
            "agentPoolProfiles": [{"name": "system", "mode": "System", "vmSize": size, "count": count}],
    }})
}

impl World {
    pub(super) fn put(&mut self, body: &Value) -> Response {
        self.call("PUT", CLUSTER, VERSION, Some(body))
    }

    /// The usage and the limit of a quota.
    pub(super) fn quota(&mut self, name: &str) -> (Value, Value) {
        let path = "/providers/Microsoft.Compute/locations/westeurope/usages";
        let answer = self.call("GET", path, "2024-03-01", None);
        let all = answer.document()["value"]
            .as_array()
            .expect("a list")
            .clone();
        let found = all.into_iter().find(|it| it["name"]["value"] == name);
        let found = found.expect("it is listed");
        (found["currentValue"].clone(), found["limit"].clone())
    }
}

/// Status, code and message of a response in the format of AKS.
pub(super) fn aks_error(answer: &Response) -> (u16, String, String) {
    let body = answer.document();
    assert!(body.get("error").is_none(), "{body}");
    assert!(
        body["details"].is_null() && body["subcode"].is_string(),
        "{body}"
    );
    let text = |key: &str| body[key].as_str().expect("a text").to_owned();
    (answer.status, text("code"), text("message"))
}

#[test]
fn invalid_clusters_are_refused_in_the_format_of_aks() {
    let mut world = World::prepared();
    let mut outcomes = Vec::new();
    for (version, size, count) in [
        ("1.35", "Standard_Nonsense_v9", 2),
        ("1.20", "Standard_D2s_v5", 2),
        ("1.33", "Standard_D2s_v5", 2),
        ("1.35", "Standard_B1ms", 2),
        ("1.35", "Standard_B2ts_v2", 2),
        ("1.35", "Standard_D2s_v5", 51),
    ] {
        let (status, code, message) = aks_error(&world.put(&cluster(version, size, count)));
        let message: String = message.chars().take(150).collect();
        outcomes.push(format!("{status} {code}: {message}"));
    }
    assert!(world.ids().is_empty());
    insta::assert_snapshot!(outcomes.join("\n"), @"
    400 VMSizeNotSupported: Virtual Machine size: 'standard_nonsense_v9' is not supported in location 'westeurope'.
    400 K8sVersionNotSupported: Managed cluster dev is on version 1.20 which is not supported in this region. Please use [az aks get-versions] command to get the supported version li
    400 K8sVersionNotSupported: Managed cluster dev is on version 1.33.9, which is only available for Long-Term Support (LTS). If you intend to onboard to LTS, please ensure the clus
    400 SystemPoolSkuTooLow: System node pool must use VM sku with more than 2 cores and 4GB memory. Nodepool name: system.
    400 SystemPoolSkuTooLow: System node pool must use VM sku with more than 2 cores and 4GB memory. Nodepool name: system.
    400 ErrCode_InsufficientVCPUQuota: Insufficient regional vcpu quota left for location westeurope. left regional vcpu quota 100, requested quota 102. If you want to increase the quota, p
    ");
    assert_eq!(
        world.put(&cluster("1.35", "standard_d2s_V5", 50)).status,
        201
    );
}

#[test]
fn a_long_term_version_needs_the_tier_and_the_support_plan() {
    let mut world = World::prepared();
    let mut body = cluster("1.33.9", "Standard_D2s_v5", 1);
    body["sku"]["tier"] = json!("Premium");
    assert_eq!(aks_error(&world.put(&body)).1, "K8sVersionNotSupported");
    body["properties"]["supportPlan"] = json!("AKSLongTermSupport");
    assert_eq!(world.put(&body).status, 201);
}

#[test]
fn a_pool_of_a_size_that_is_no_longer_allowed_stays_but_cannot_grow() {
    let mut world = World::prepared();
    let nodes = |count| cluster("1.35", "Standard_D2s_v5", count);
    assert_eq!(world.put(&nodes(2)).status, 201);
    world.now += Duration::from_mins(10);
    world.cloud.script = Script::default().under(Circumstances {
        sizes: Sizes::Burstable,
        ..Circumstances::default()
    });
    let (status, code, message) = aks_error(&world.put(&nodes(3)));
    assert_eq!((status, code.as_str()), (400, "BadRequest"));
    assert!(
        message.contains("is not allowed in your subscription"),
        "{message}"
    );
    assert_eq!(world.put(&nodes(2)).status, 200);
}

#[test]
fn a_support_plan_that_is_left_out_stays_and_needs_the_premium_tier() {
    let mut world = World::prepared();
    let mut body = cluster("1.33", "Standard_D2s_v5", 1);
    body["sku"]["tier"] = json!("Premium");
    body["properties"]["supportPlan"] = json!("AKSLongTermSupport");
    assert_eq!(world.put(&body).status, 201);
    world.now += Duration::from_mins(10);
    // The plan stays, since the request leaves it out. The tier does not have that plan.
    let plain = cluster("1.33", "Standard_D2s_v5", 1);
    let (status, code, message) = aks_error(&world.put(&plain));
    assert_eq!((status, code.as_str()), (400, "BadRequest"));
    assert!(message.contains("Premium tier"), "{message}");
    // The version needs the support that the request gives up.
    let mut leaving = plain.clone();
    leaving["sku"]["tier"] = json!("Standard");
    leaving["properties"]["supportPlan"] = json!("KubernetesOfficial");
    assert_eq!(aks_error(&world.put(&leaving)).1, "K8sVersionNotSupported");
    let mut next = leaving.clone();
    next["properties"]["kubernetesVersion"] = json!("1.34");
    assert_eq!(world.put(&next).status, 200);
    world.now += Duration::from_mins(10);
    let shown = world.call("GET", CLUSTER, VERSION, None);
    let support = &shown.document()["properties"]["supportPlan"];
    assert_eq!(support, "KubernetesOfficial");
}

#[test]
fn a_cluster_goes_up_one_version_at_a_time_and_never_down() {
    let mut world = World::prepared();
    assert_eq!(
        world.put(&cluster("1.34", "Standard_D2s_v5", 1)).status,
        201
    );
    world.now += Duration::from_mins(10);
    let shown = world.call("GET", CLUSTER, VERSION, None);
    let current = &shown.document()["properties"]["currentKubernetesVersion"];
    assert_eq!(current, "1.34.6");
    for (version, says) in [
        (
            "1.36",
            "Upgrading Kubernetes version 1.34.6 to 1.36.2 is not allowed. Available upgrades: [1.35.4 1.35.3].",
        ),
        (
            "1.33",
            "Downgrading Kubernetes version 1.34.6 to 1.33.9 is not allowed.",
        ),
    ] {
        let (status, code, message) =
            aks_error(&world.put(&cluster(version, "Standard_D2s_v5", 1)));
        assert_eq!((status, code.as_str()), (400, "OperationNotAllowed"));
        assert!(message.starts_with(says), "{message}");
    }
    assert_eq!(
        world.put(&cluster("1.34", "Standard_D2s_v5", 1)).status,
        200
    );
    world.now += Duration::from_mins(10);
    assert_eq!(
        world.put(&cluster("1.35", "Standard_D2s_v5", 1)).status,
        200
    );
}

/// A deployment has no place for an error in the format of AKS, so the error becomes text.
#[test]
fn a_stack_has_the_error_as_text_in_a_detail() {
    let refused = What::quota_exceeded("westeurope");
    let fault = Fault::at("/managedclusters/", refused).method("PUT");
    let mut world = World::prepared_with(Settings::invented(), Script::new(vec![fault]));
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [{
            "type": "Microsoft.ContainerService/managedClusters", "apiVersion": VERSION, "name": "dev",
            "location": "westeurope", "identity": {"type": "SystemAssigned"},
            "properties": cluster("1.35", "Standard_D2s_v5", 1)["properties"],
        }],
    });
    let body = json!({"properties": {
        "template": template,
        "actionOnUnmanage": {"resources": "delete"},
        "denySettings": {"mode": "none"},
    }});
    let path = format!("{GROUP}/providers/Microsoft.Resources/deploymentStacks/s");
    let put = world.call("PUT", &path, "2024-03-01", Some(&body));
    assert_eq!(put.status, 201, "{}", put.document());
    world.now += Duration::from_mins(1);
    let stack = world.call("GET", &path, "2024-03-01", None);
    let detail = &stack.document()["properties"]["error"]["details"][0];
    assert_eq!(detail["code"], "BadRequest");
    let text = detail["message"].as_str().expect("a text");
    assert!(text.contains("{\r\n  \"code\""), "{text}");
    let inner: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(inner["code"], "ErrCode_InsufficientVCPUQuota");
    assert_eq!(inner["subcode"], "");
    let state: State =
        serde_json::from_str(&serde_json::to_string(world.cloud.state()).expect("JSON"))
            .expect("the saved state is valid");
    let _ = Cloud::new(Settings::invented(), state, Script::default());
}

#[test]
fn empty_texts_in_a_cluster_count_as_missing() {
    let mut world = World::prepared();
    let pool = json!({"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1, "orchestratorVersion": "", "nodeLabels": {"a": ""}});
    let body = json!({"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": {
        "dnsPrefix": "k", "kubernetesVersion": "", "agentPoolProfiles": [pool]}});
    let made = world.make(
        "Microsoft.ContainerService/managedClusters/k",
        "2024-02-01",
        &body,
    );
    let properties = &made.document()["properties"];
    let pool = &properties["agentPoolProfiles"][0];
    assert_eq!(
        properties["kubernetesVersion"],
        super::super::offer::DEFAULT
    );
    assert_eq!(
        pool["orchestratorVersion"],
        properties["currentKubernetesVersion"]
    );
    assert_eq!(pool["nodeLabels"], json!({"a": ""}));
}
