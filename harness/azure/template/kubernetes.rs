//! The cluster: its nodes are in the profile's network, users sign in with Entra instead of local
//! accounts, and network policies are enforced.

use std::collections::BTreeMap;

use model::profile::azure::{Kubernetes, Network, NodePool, Tier};
use serde::Serialize;
use serde_json::{Value, json};

use super::inputs::{Inputs, child};
use super::resource::{Resource, reference};
use super::{identity, network};
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::CLUSTER;
pub(super) const POOLS: &str = resource_type::POOL;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Cluster {
    sku: Sku,
    identity: Identity,
    properties: Properties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Sku {
    name: &'static str,
    tier: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    #[serde(rename = "type")]
    kind: &'static str,
    user_assigned_identities: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    kubernetes_version: String,
    /// Always set, because AKS keeps the old value of a missing property, and each tier needs its
    /// plan.
    support_plan: &'static str,
    dns_prefix: String,
    node_resource_group: String,
    #[serde(rename = "enableRBAC")]
    rbac: bool,
    disable_local_accounts: bool,
    aad_profile: Entra,
    oidc_issuer_profile: Switch,
    security_profile: Security,
    auto_upgrade_profile: AutoUpgrade,
    api_server_access_profile: ApiServer,
    network_profile: NetworkProfile,
    identity_profile: BTreeMap<&'static str, KubeletIdentity>,
    agent_pool_profiles: [SystemPool; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Entra {
    managed: bool,
    #[serde(rename = "enableAzureRBAC")]
    azure_rbac: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Switch {
    enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Security {
    workload_identity: Switch,
}

/// AKS installs patches of Kubernetes and of the nodes on its own, but no minor versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct AutoUpgrade {
    #[serde(rename = "upgradeChannel")]
    kubernetes: &'static str,
    #[serde(rename = "nodeOSUpgradeChannel")]
    nodes: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiServer {
    enable_private_cluster: bool,
    /// Also set if it is empty, because AKS keeps the old value of a missing property. `None` for a
    /// private cluster, which must not have ranges.
    #[serde(rename = "authorizedIPRanges", skip_serializing_if = "Option::is_none")]
    authorized_ip_ranges: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct NetworkProfile {
    network_plugin: &'static str,
    network_plugin_mode: &'static str,
    network_dataplane: &'static str,
    network_policy: &'static str,
    load_balancer_sku: &'static str,
    outbound_type: &'static str,
    service_cidr: String,
    #[serde(rename = "dnsServiceIP")]
    dns_service: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct KubeletIdentity {
    #[serde(rename = "resourceId")]
    resource: String,
    #[serde(rename = "clientId")]
    client: String,
    #[serde(rename = "objectId")]
    object: String,
}

/// The system pool, which is part of the cluster resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct SystemPool {
    name: String,
    #[serde(flatten)]
    pool: PoolProperties,
}

/// A pool that is a resource of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Pool {
    properties: PoolProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PoolProperties {
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    os_type: &'static str,
    #[serde(rename = "osSKU")]
    os_sku: &'static str,
    vm_size: String,
    count: u16,
    #[serde(rename = "osDiskSizeGB")]
    os_disk_size: u16,
    max_pods: u16,
    #[serde(rename = "vnetSubnetID")]
    subnet: String,
}

/// The cluster. It depends on `role_assignments`, which its control plane needs.
pub(super) fn cluster(inputs: &Inputs<'_>, role_assignments: Vec<String>) -> Resource {
    let names = inputs.names;
    let control_plane = inputs.id(identity::KIND, &names.control_plane);
    let kubelet = inputs.id(identity::KIND, &names.kubelet);
    let mut depends_on = vec![
        control_plane.clone(),
        kubelet.clone(),
        inputs.id(network::KIND, &names.network),
    ];
    depends_on.extend(role_assignments);
    let body = Cluster {
        sku: Sku {
            name: "Base",
            tier: tier(inputs.azure.kubernetes.tier),
        },
        identity: Identity {
            kind: "UserAssigned",
            user_assigned_identities: BTreeMap::from([(control_plane, json!({}))]),
        },
        properties: properties(inputs, &kubelet),
    };
    Resource {
        depends_on,
        ..inputs.resource(KIND, api_version::KUBERNETES, &names.cluster, body)
    }
}

/// The pools except the system pool. Each is a resource of its own, because pools cannot be added
/// to or removed from the resource of an existing cluster (<https://aka.ms/agent-pool-rest-api>).
/// Each depends on the one before it, because a cluster runs one operation at a time
/// (<https://aka.ms/aks-pending-operation>).
pub(super) fn pools(inputs: &Inputs<'_>) -> Vec<Resource> {
    let names = inputs.names;
    let mut last = inputs.id(KIND, &names.cluster);
    let mut resources = Vec::new();
    for pool in inputs.azure.kubernetes.pools.iter().skip(1) {
        let properties = self::pool(inputs, pool, "User");
        resources.push(Resource {
            depends_on: vec![last],
            ..child(
                POOLS,
                api_version::KUBERNETES,
                format!("{}/{}", names.cluster, pool.name),
                Pool { properties },
            )
        });
        last = names.id(POOLS, &[&names.cluster, &pool.name]);
    }
    resources
}

fn properties(inputs: &Inputs<'_>, kubelet: &str) -> Properties {
    let names = inputs.names;
    let Kubernetes {
        version,
        tier,
        pools,
        authorized_ip_ranges,
        private,
    } = &inputs.azure.kubernetes;
    let property = |property| reference(kubelet, api_version::IDENTITY, property);
    let identity = KubeletIdentity {
        client: property("clientId"),
        object: property("principalId"),
        resource: kubelet.to_owned(),
    };
    let system = pools.first().expect("a profile has at least one pool");
    Properties {
        kubernetes_version: version.clone(),
        support_plan: support_plan(*tier),
        dns_prefix: names.cluster.clone(),
        node_resource_group: names.node_group.clone(),
        rbac: true,
        disable_local_accounts: true,
        aad_profile: Entra {
            managed: true,
            azure_rbac: true,
        },
        oidc_issuer_profile: Switch { enabled: true },
        security_profile: Security {
            workload_identity: Switch { enabled: true },
        },
        auto_upgrade_profile: AutoUpgrade {
            kubernetes: "patch",
            nodes: "NodeImage",
        },
        api_server_access_profile: ApiServer {
            enable_private_cluster: *private,
            authorized_ip_ranges: (!private).then(|| {
                let ranges = authorized_ip_ranges.iter();
                ranges.map(ToString::to_string).collect()
            }),
        },
        network_profile: network_profile(&inputs.azure.network),
        identity_profile: BTreeMap::from([("kubeletidentity", identity)]),
        agent_pool_profiles: [SystemPool {
            name: system.name.clone(),
            pool: pool(inputs, system, "System"),
        }],
    }
}

fn network_profile(network: &Network) -> NetworkProfile {
    NetworkProfile {
        network_plugin: "azure",
        network_plugin_mode: "overlay",
        network_dataplane: "cilium",
        network_policy: "cilium",
        load_balancer_sku: "standard",
        outbound_type: "loadBalancer",
        service_cidr: network.services.to_string(),
        // By Kubernetes' convention, the tenth address.
        dns_service: network.services.address(10).to_string(),
    }
}

fn pool(inputs: &Inputs<'_>, pool: &NodePool, mode: &'static str) -> PoolProperties {
    let names = inputs.names;
    PoolProperties {
        mode,
        kind: "VirtualMachineScaleSets",
        os_type: "Linux",
        os_sku: "AzureLinux",
        vm_size: pool.vm_size.clone(),
        count: pool.count,
        os_disk_size: pool.os_disk_gib,
        max_pods: pool.max_pods,
        subnet: names.id(network::SUBNETS, &[&names.network, network::NODES]),
    }
}

/// Only the tier `Premium` has long-term support
/// (<https://learn.microsoft.com/azure/aks/long-term-support>).
fn support_plan(tier: Tier) -> &'static str {
    match tier {
        Tier::Free | Tier::Standard => "KubernetesOfficial",
        Tier::Premium => "AKSLongTermSupport",
    }
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Free => "Free",
        Tier::Standard => "Standard",
        Tier::Premium => "Premium",
    }
}
