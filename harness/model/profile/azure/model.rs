//! The settings of the Azure backend as they are written. Every key is optional, because a file may
//! get it from the profile that it extends. The doc comments here are the descriptions in
//! `profiles/profile.schema.json`: each key has its meaning, unit, bounds and default.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::scalar::{
    Administrator, KubernetesVersion, MysqlSku, PoolName, Region, ResourceGroup, Subscription,
    TagName, TagValue, VmSize,
};
use super::{Cidr, HighAvailability, RegistrySku, Tier};
use crate::document::choice;
use crate::profile::scalar::Replicas;
use crate::quantity::{Duration, Whole};

/// An AKS cluster, Azure Database for MySQL and a container registry in a resource group.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Azure {
    /// Region by its programmatic name, such as `westeurope`. Required.
    pub region: Option<Region>,
    /// Id of the subscription. Default: the subscription of the credentials.
    pub subscription: Option<Subscription>,
    /// Name of the resource group that contains all resources: 1 to 57 letters, digits, `-`, `_`,
    /// `.`, `(` and `)`, with no `.` at the end. Default: `harness-` and the name of the profile.
    #[schemars(with = "Option<ResourceGroup>")]
    pub resource_group: Option<Spanned<ResourceGroup>>,
    /// Tags of all resources, at most 40. The harness adds its own tags. Names are merged with
    /// those of the extended profile. Default: none.
    #[schemars(extend("maxProperties" = 40))]
    pub tags: Option<BTreeMap<TagName, TagValue>>,
    /// Age after which `harness destroy --expired` removes the resources: longer than `0s`, at most
    /// `3650d`. Default: no limit.
    #[schemars(with = "Option<Duration>")]
    pub time_to_live: Option<Spanned<Duration>>,
    /// Maximum estimated cost of a month, in US dollars, 1 to 4294967295. Default: no limit.
    pub budget: Option<Whole<1, 4_294_967_295>>,
    /// The Kubernetes cluster. Default: the defaults of its keys.
    pub kubernetes: Option<Kubernetes>,
    /// The database server. Its version is `database.mysql.version`. Default: the defaults of its
    /// keys.
    pub mysql: Option<Mysql>,
    /// The container registry. Default: the SKU `basic`.
    pub registry: Option<Registry>,
    /// The virtual network. Default: the defaults of its keys.
    pub network: Option<Network>,
    /// How clients outside the cluster reach its services. Default: only through a forwarded port.
    pub expose: Option<Expose>,
}

/// A Kubernetes cluster (AKS).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kubernetes {
    /// Version of Kubernetes as major and minor. Azure chooses the patch release. Default: `1.35`.
    pub version: Option<KubernetesVersion>,
    /// Pricing tier of the control plane. Default: `free`.
    pub tier: Option<Tier>,
    /// Node pools by name, at least one. The pool `system`, or else the first pool by name, also
    /// runs the cluster's own pods. Pools are merged by name with those of the extended profile.
    /// Default: the pool `system` with 2 nodes.
    pub node_pools: Option<BTreeMap<PoolName, NodePool>>,
    /// IPv4 ranges in CIDR notation that may reach the cluster's API. Clients also need a token. A
    /// range must have a prefix of at least 8 bits and must not start with `0.0.0.0`. Not for a
    /// private cluster. Default: all addresses.
    #[schemars(with = "Option<Vec<Cidr>>")]
    pub authorized_ip_ranges: Option<Vec<Spanned<Cidr>>>,
    /// Whether the cluster's API has only an address in the virtual network. Default: `false`.
    #[schemars(with = "Option<bool>")]
    pub private: Option<Spanned<bool>>,
}

/// A node pool of the cluster.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NodePool {
    /// Virtual machine size of the nodes. Default: `Standard_D2s_v5`.
    pub vm_size: Option<VmSize>,
    /// Number of nodes, 1 to 1000. Default: 2.
    pub count: Option<Replicas>,
    /// Size of the operating system disk of each node in GiB, 30 to 2048. Default: 32.
    pub os_disk: Option<Whole<30, 2048>>,
    /// Maximum number of pods on a node, 10 to 250. The nodes of the system pool need room for at
    /// least 30 pods together. Default: 110.
    #[schemars(with = "Option<Whole<10, 250>>")]
    pub max_pods: Option<Spanned<Whole<10, 250>>>,
}

/// A database server (Azure Database for MySQL, flexible server).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mysql {
    /// SKU of the server: `Standard_B...` (burstable), `Standard_D...` (general purpose) or
    /// `Standard_E...` (memory optimized). Default: `Standard_B2s`.
    #[schemars(with = "Option<MysqlSku>")]
    pub sku: Option<Spanned<MysqlSku>>,
    /// Storage in GiB, 20 to 16384, or up to 32768 with a SKU `Standard_E...`. Default: 20.
    #[schemars(with = "Option<Whole<20, 32_768>>")]
    pub storage: Option<Spanned<Whole<20, 32_768>>>,
    /// Whether Azure enlarges the storage before it is full. A standby replica requires it.
    /// Default: `true`.
    pub auto_grow: Option<bool>,
    /// Standby replica of the server. A burstable SKU supports none. Default: `disabled`.
    #[schemars(with = "Option<HighAvailability>")]
    pub high_availability: Option<Spanned<HighAvailability>>,
    /// How long Azure keeps backups, in days, 1 to 35. Default: 7.
    pub backup_retention_days: Option<Whole<1, 35>>,
    /// Whether Azure also keeps backups in the paired region. Default: `false`.
    pub geo_redundant_backup: Option<bool>,
    /// Name of the administrator: 1 to 32 lowercase letters, digits and `_`, starting with a
    /// letter. It cannot change during the life of a server. Default: `temporal`.
    pub administrator: Option<Administrator>,
}

/// A container registry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registry {
    /// SKU of the registry. Default: `basic`.
    pub sku: Option<RegistrySku>,
}

/// A virtual network with a subnet for nodes and a subnet that is delegated to MySQL. All ranges
/// are IPv4 in CIDR notation.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    /// Address space of the network. It must not overlap `10.244.0.0/16` or the ranges that AKS
    /// reserves. Default: `10.240.0.0/16`.
    #[schemars(with = "Option<Cidr>")]
    pub address_space: Option<Spanned<Cidr>>,
    /// Subnet of the nodes, in `address-space`: /29 or larger, with an address for each node and
    /// one more for each pool. Default: `10.240.0.0/22`.
    #[schemars(with = "Option<Cidr>")]
    pub nodes: Option<Spanned<Cidr>>,
    /// Subnet of the database, in `address-space`: /29 or larger. Default: `10.240.4.0/28`.
    #[schemars(with = "Option<Cidr>")]
    pub mysql: Option<Spanned<Cidr>>,
    /// Addresses of Kubernetes services, /12 to /28, outside `address-space`. It must not overlap
    /// `10.244.0.0/16` or the ranges that AKS reserves. Default: `10.0.0.0/16`.
    #[schemars(with = "Option<Cidr>")]
    pub services: Option<Spanned<Cidr>>,
}

/// How clients outside the cluster reach its services.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expose {
    /// How clients reach the web console. Default: `cluster-ip`.
    #[serde(default, deserialize_with = "choice")]
    pub web: Option<Exposure>,
    /// How clients reach the starter. Default: `cluster-ip`.
    #[serde(default, deserialize_with = "choice")]
    pub starter: Option<Exposure>,
}

/// How clients outside the cluster reach a service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Exposure {
    /// Only through a forwarded port.
    ClusterIp,
    /// Through a load balancer with an address in the virtual network.
    Internal,
    /// Through a load balancer with a public address.
    Public(Public),
}

/// Access to a public address.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Public {
    /// IPv4 ranges in CIDR notation that may connect, at least one. Other clients cannot connect. A
    /// range must have a prefix of at least 8 bits and must not start with `0.0.0.0`. Required.
    #[schemars(with = "Option<Vec<Cidr>>", length(min = 1))]
    #[schemars(required)]
    pub allow: Option<Vec<Spanned<Cidr>>>,
}
