//! The cluster: nodes in our network, Entra instead of local accounts, and network policies that
//! are enforced.

use std::collections::BTreeMap;

use model::profile::azure::{Kubernetes, Network, NodePool, Tier};
use serde::Serialize;
use serde_json::{Value, json};

use super::build::{Build, child};
use super::resource::{Resource, reference};
use super::{identity, network};
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::CLUSTER;
pub(super) const POOLS: &str = resource_type::POOL;

/// A cluster.
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
    /// Said always, as AKS keeps what it is not told, and takes the other plan with one tier alone.
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

/// Patches of Kubernetes and of the nodes come by themselves, versions do not.
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
    /// Said where there are none as well, as AKS keeps what it is not told; not of a cluster without
    /// a public address.
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

/// A pool that is a part of its cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct SystemPool {
    name: String,
    #[serde(flatten)]
    pool: PoolProperties,
}

/// A pool that is a resource by itself.
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

/// The cluster, after `rights`: the assignments that its control plane cannot do without.
pub(super) fn cluster(build: &Build<'_>, rights: Vec<String>) -> Resource {
    let names = build.names;
    let control_plane = build.id(identity::KIND, &names.control_plane);
    let kubelet = build.id(identity::KIND, &names.kubelet);
    let mut depends_on = vec![
        control_plane.clone(),
        kubelet.clone(),
        build.id(network::KIND, &names.network),
    ];
    depends_on.extend(rights);
    let body = Cluster {
        sku: Sku {
            name: "Base",
            tier: tier(build.azure.kubernetes.tier),
        },
        identity: Identity {
            kind: "UserAssigned",
            user_assigned_identities: BTreeMap::from([(control_plane, json!({}))]),
        },
        properties: properties(build, &kubelet),
    };
    Resource {
        depends_on,
        ..build.resource(KIND, api_version::KUBERNETES, &names.cluster, body)
    }
}

/// The pools but for that of the system. Each is a resource of its own, as a cluster that is there
/// takes no other pool and gives none up (<https://aka.ms/agent-pool-rest-api>), and each waits for
/// the one before it, as a cluster does one thing at a time
/// (<https://aka.ms/aks-pending-operation>).
pub(super) fn pools(build: &Build<'_>) -> Vec<Resource> {
    let names = build.names;
    let mut last = build.id(KIND, &names.cluster);
    let mut resources = Vec::new();
    for pool in build.azure.kubernetes.pools.iter().skip(1) {
        let properties = self::pool(build, pool, "User");
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

fn properties(build: &Build<'_>, kubelet: &str) -> Properties {
    let names = build.names;
    let Kubernetes {
        version,
        tier,
        pools,
        authorized_ip_ranges,
        private,
    } = &build.azure.kubernetes;
    let property = |property| reference(kubelet, api_version::IDENTITY, property);
    let identity = KubeletIdentity {
        client: property("clientId"),
        object: property("principalId"),
        resource: kubelet.to_owned(),
    };
    let system = pools.first().expect("a profile has one pool at least");
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
        network_profile: network_profile(&build.azure.network),
        identity_profile: BTreeMap::from([("kubeletidentity", identity)]),
        agent_pool_profiles: [SystemPool {
            name: system.name.clone(),
            pool: pool(build, system, "System"),
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
        // Kubernetes' own convention: the tenth address.
        dns_service: network.services.address(10).to_string(),
    }
}

fn pool(build: &Build<'_>, pool: &NodePool, mode: &'static str) -> PoolProperties {
    let names = build.names;
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

/// The tier `Premium` is there for long-term support, and no other has it
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
