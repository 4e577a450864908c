//! What is asked before anything is made.

use serde_json::json;

use super::{Reply, Server};
use crate::azure::arm::{Group, ResourceId};

fn ok(body: serde_json::Value) -> Reply {
    Reply::new(200).json(body)
}

#[tokio::test]
async fn a_provider_is_registered_and_a_name_is_looked_up() {
    let provider = || {
        let kind = json!({"resourceType": "t", "locations": ["West Europe"]});
        let state = "Registering";
        ok(json!({"namespace": "N", "registrationState": state, "resourceTypes": [kind]}))
    };
    let name = || ok(json!({"nameAvailable": false, "reason": "AlreadyExists"}));
    let server = Server::start([provider(), provider(), name(), name()]).await;
    let client = server.client();
    let found = client.provider("s", "N").await.expect("there");
    assert!(found.offers("T", "westeurope") && !found.offers("t", "eastus"));
    let begun = client.register_provider("s", "N").await.expect("begun");
    assert!(!begun.is_registered());
    let registry = client.registry_name("s", "x").await.expect("told");
    assert_eq!(registry.reason.as_deref(), Some("AlreadyExists"));
    assert!(
        !client
            .server_name("s", "x")
            .await
            .expect("told")
            .name_available
    );
    let asked = &server.asked()[2].body;
    assert_eq!(
        asked,
        r#"{"name":"x","type":"Microsoft.ContainerRegistry/registries"}"#
    );
    insta::assert_snapshot!(server.lines(), @"
    GET /subscriptions/s/providers/N?api-version=2024-03-01
    POST /subscriptions/s/providers/N/register?api-version=2024-03-01
    POST /subscriptions/s/providers/Microsoft.ContainerRegistry/checkNameAvailability?api-version=2023-07-01
    POST /subscriptions/s/providers/Microsoft.DBforMySQL/checkNameAvailability?api-version=2023-12-30
    ");
}

#[tokio::test]
async fn a_region_and_a_subscription_say_what_they_have() {
    let skus = json!([{"name": "Standard_B2s", "vCores": 2, "supportedIops": 1280}]);
    let tier = json!({
        "name": "Burstable",
        "supportedStorageEditions": [{"minStorageSize": 20_480, "maxStorageSize": 16_777_216}],
        "supportedServerVersions": [{"name": "8.0.21", "supportedSkus": skus}],
    });
    let zone = json!({"zone": "1", "supportedHAMode": ["ZoneRedundant"],
        "supportedFlexibleServerEditions": [tier]});
    let usage = json!({"name": {"value": "cores"}, "currentValue": 12, "limit": 10});
    let subscription = json!({"subscriptionId": "s", "displayName": "S", "tenantId": "t",
        "state": "Enabled"});
    let server = Server::start([
        ok(json!({"value": [zone]})),
        ok(json!({"value": [usage]})),
        ok(json!({"value": [{"actions": ["*"], "notActions": []}]})),
        ok(json!({"kubeconfigs": [{"name": "clusterUser", "value": "YTogMQ=="}]})),
        ok(json!({"kubeconfigs": []})),
        ok(subscription.clone()),
        ok(json!({"value": [subscription]})),
    ])
    .await;
    let (client, group) = (server.client(), Group::new("s", "g"));
    let zones = client
        .server_capabilities("s", "westeurope")
        .await
        .expect("told");
    assert_eq!(zones[0].high_availability, ["ZoneRedundant"]);
    let tier = &zones[0].tiers[0];
    assert_eq!(tier.storage[0].min_mib, Some(20_480));
    assert_eq!(tier.versions[0].skus[0].cores, Some(2));
    let quota = client
        .compute_usages("s", "westeurope")
        .await
        .expect("told");
    assert_eq!(quota[0].left(), 0);
    let scope = ResourceId::new("/subscriptions/s");
    let roles = client.permissions(&scope).await.expect("told");
    assert!(roles[0].allows("Microsoft.Authorization/roleAssignments/write"));
    let kubeconfig = client.cluster_user_kubeconfig(&group, "k").await;
    assert_eq!(kubeconfig.expect("told").reveal(), "a: 1");
    let none = client.cluster_user_kubeconfig(&group, "k").await;
    none.expect_err("there is none");
    let subscription = client.subscription("s").await.expect("there");
    assert_eq!(client.subscriptions().await.expect("told"), [subscription]);
    insta::assert_snapshot!(server.lines(), @"
    GET /subscriptions/s/providers/Microsoft.DBforMySQL/locations/westeurope/capabilities?api-version=2023-12-30
    GET /subscriptions/s/providers/Microsoft.Compute/locations/westeurope/usages?api-version=2024-03-01
    GET /subscriptions/s/providers/Microsoft.Authorization/permissions?api-version=2022-04-01
    POST /subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/k/listClusterUserCredential?api-version=2024-02-01
    POST /subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/k/listClusterUserCredential?api-version=2024-02-01
    GET /subscriptions/s?api-version=2022-12-01
    GET /subscriptions?api-version=2022-12-01
    ");
}
