//! The cluster: nodes in our network, Entra instead of local accounts, and network policies that
//! are enforced.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::resource::{Body, Resource, reference};
use super::{Build, identity, network};
use crate::azure::api_version;
use crate::profile::azure::{Kubernetes, Network, NodePool, Tier};

pub(super) const KIND: &str = "Microsoft.ContainerService/managedClusters";

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Cluster {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    support_plan: Option<&'static str>,
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
    agent_pool_profiles: Vec<Pool>,
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
    #[serde(rename = "authorizedIPRanges", skip_serializing_if = "Vec::is_empty")]
    authorized_ip_ranges: Vec<String>,
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pool {
    name: String,
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
        ..build.resource(
            KIND,
            api_version::KUBERNETES,
            &names.cluster,
            Body::Cluster(Box::new(body)),
        )
    }
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
    let nodes = names.id(network::SUBNETS, &[&names.network, network::NODES]);
    let pool = |(index, pool): (usize, &NodePool)| self::pool(pool, index == 0, nodes.clone());
    Properties {
        kubernetes_version: version.clone(),
        // The tier is there for it, and a version that has nothing else is refused without it.
        support_plan: (*tier == Tier::Premium).then_some("AKSLongTermSupport"),
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
            authorized_ip_ranges: authorized_ip_ranges
                .iter()
                .map(ToString::to_string)
                .collect(),
        },
        network_profile: network_profile(&build.azure.network),
        identity_profile: BTreeMap::from([("kubeletidentity", identity)]),
        agent_pool_profiles: pools.iter().enumerate().map(pool).collect(),
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

/// The first pool is the system's.
fn pool(pool: &NodePool, system: bool, subnet: String) -> Pool {
    Pool {
        name: pool.name.clone(),
        mode: if system { "System" } else { "User" },
        kind: "VirtualMachineScaleSets",
        os_type: "Linux",
        os_sku: "AzureLinux",
        vm_size: pool.vm_size.clone(),
        count: pool.count,
        os_disk_size: pool.os_disk_gib,
        max_pods: pool.max_pods,
        subnet,
    }
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Free => "Free",
        Tier::Standard => "Standard",
        Tier::Premium => "Premium",
    }
}
