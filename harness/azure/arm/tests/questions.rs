//! The requests of a preflight check.

use serde_json::json;

use super::{Reply, Server};
use crate::api_version::KUBERNETES;
use crate::arm::{Cluster, Group, ResourceId};
use crate::resource_type;

fn ok(body: serde_json::Value) -> Reply {
    Reply::new(200).json(body)
}

#[tokio::test]
async fn a_provider_is_registered_and_names_are_checked() {
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
    let started = client.register_provider("s", "N").await.expect("started");
    assert!(!started.is_registered());
    let registry = client.registry_name("s", "x").await.expect("answered");
    assert_eq!(registry.reason.as_deref(), Some("AlreadyExists"));
    assert!(
        !client
            .server_name("s", "x")
            .await
            .expect("answered")
            .name_available
    );
    let received = &server.received()[2].body;
    assert_eq!(
        received,
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
async fn what_a_region_and_a_subscription_offer_is_read() {
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
        .expect("answered");
    assert_eq!(zones[0].high_availability, ["ZoneRedundant"]);
    let tier = &zones[0].tiers[0];
    assert_eq!(tier.storage[0].min_mib, Some(20_480));
    assert_eq!(tier.versions[0].skus[0].cores, Some(2));
    let quota = client
        .compute_usages("s", "westeurope")
        .await
        .expect("answered");
    assert_eq!(quota[0].remaining(), 0);
    let scope = ResourceId::new("/subscriptions/s");
    let roles = client.permissions(&scope).await.expect("answered");
    assert!(roles[0].allows("Microsoft.Authorization/roleAssignments/write"));
    let kubeconfig = client.cluster_user_kubeconfig(&group, "k").await;
    assert_eq!(kubeconfig.expect("answered").reveal(), "a: 1");
    let none = client.cluster_user_kubeconfig(&group, "k").await;
    none.expect_err("there is none");
    let subscription = client.subscription("s").await.expect("there");
    assert_eq!(
        client.subscriptions().await.expect("answered"),
        [subscription]
    );
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

/// As in Microsoft's examples: all values of a size are text, and the list of versions has a format
/// of its own.
#[tokio::test]
async fn the_machine_sizes_and_kubernetes_versions_of_a_region_are_read() {
    let machine = json!({
        "resourceType": "virtualMachines", "name": "Standard_A0", "family": "standardA0_A7Family",
        "locationInfo": [{"location": "westus", "zones": ["2", "1"], "zoneDetails": []}],
        "capabilities": [{"name": "vCPUs", "value": "1"}, {"name": "MemoryGB", "value": "0.75"}],
        "restrictions": [{"type": "Zone", "values": ["westus"], "reasonCode": "QuotaId"}],
    });
    let closed = json!({"resourceType": "virtualMachines", "name": "Standard_A1", "restrictions": [
        {"type": "Location", "values": ["westus"], "reasonCode": "NotAvailableForSubscription"},
    ]});
    let disk = json!({"resourceType": "disks", "name": "Premium_LRS", "restrictions": []});
    let versions = json!({"values": [
        {"version": "1.25", "isDefault": true, "capabilities": {"supportPlan": ["KubernetesOfficial"]},
         "patchVersions": {"1.25.4": {"upgrades": ["1.25.5"]}, "1.25.5": {"upgrades": []}}},
        {"version": "1.24", "capabilities": {"supportPlan": ["AKSLongTermSupport"]}, "patchVersions": {}},
    ]});
    let cluster = json!({"properties": {"kubernetesVersion": "1.25", "currentKubernetesVersion": "1.25.5",
        "agentPoolProfiles": [{"name": "system", "vmSize": "Standard_A0", "count": 2,
            "provisioningState": "Succeeded"}]}});
    let server = Server::start([
        ok(json!({"value": [disk, machine, closed], "nextLink": null})),
        ok(versions),
        ok(cluster),
    ])
    .await;
    let client = server.client();
    let machines = client.machines("s", "westus").await.expect("answered");
    let [open, closed] = machines.as_slice() else {
        panic!("{machines:?}")
    };
    assert_eq!((open.cores(), open.memory_gib()), (Some(1), Some(0.75)));
    assert_eq!(open.refusal(), None);
    assert_eq!(
        (closed.cores(), closed.refusal()),
        (None, Some("NotAvailableForSubscription"))
    );
    let releases = client
        .kubernetes_releases("s", "westus")
        .await
        .expect("answered");
    assert!(releases[0].is("1.25") && releases[0].is("1.25.4") && !releases[0].is("1.25.6"));
    assert!(!releases[0].is_long_term_only() && releases[1].is_long_term_only());
    let group = Group::new("s", "g");
    let cluster = client.resource(&group, resource_type::CLUSTER, KUBERNETES, "k");
    let document = cluster.await.expect("answered").expect("there");
    let cluster = Cluster::of(&document).expect("a cluster");
    assert_eq!(
        (cluster.version(), cluster.pools()[0].count),
        (Some("1.25.5"), 2)
    );
    insta::assert_snapshot!(server.lines(), @"
    GET /subscriptions/s/providers/Microsoft.Compute/skus?api-version=2021-07-01&%24filter=location+eq+%27westus%27
    GET /subscriptions/s/providers/Microsoft.ContainerService/locations/westus/kubernetesVersions?api-version=2024-02-01
    GET /subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/k?api-version=2024-02-01
    ");
}
