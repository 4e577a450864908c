//! A place in Azure as it is written: every key optional, because a file may leave it to the one
//! it extends. The doc comments here are the descriptions in `profiles/profile.schema.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::word::{
    Administrator, KubernetesVersion, MysqlSku, PoolName, Region, ResourceGroup, Subscription,
    TagName, TagValue, VmSize,
};
use super::{Cidr, HighAvailability, RegistrySku, Tier};
use crate::document::choice;
use crate::profile::word::Replicas;
use crate::quantity::{Duration, Whole};

/// A place in Azure: a cluster of AKS, Azure Database for MySQL, a container registry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Azure {
    /// Region, such as `westeurope`.
    pub region: Option<Region>,
    /// Id of the subscription; otherwise the one that the credentials say.
    pub subscription: Option<Subscription>,
    /// The resource group that holds everything. Default: `harness-` and the profile's name.
    #[schemars(with = "Option<ResourceGroup>")]
    pub resource_group: Option<Spanned<ResourceGroup>>,
    /// Tags on everything, besides the harness's own: at most 40. Names merge with those extended.
    #[schemars(extend("maxProperties" = 40))]
    pub tags: Option<BTreeMap<TagName, TagValue>>,
    /// After how long it may be taken down for being too old. Default: never.
    #[schemars(with = "Option<Duration>")]
    pub time_to_live: Option<Spanned<Duration>>,
    /// The most that a month may cost, in US dollars. Default: no limit.
    pub budget: Option<Whole<1, 4_294_967_295>>,
    /// The Kubernetes cluster.
    pub kubernetes: Option<Kubernetes>,
    /// The database server. Its version is `database.mysql.version`.
    pub mysql: Option<Mysql>,
    /// The container registry.
    pub registry: Option<Registry>,
    /// The virtual network.
    pub network: Option<Network>,
    /// How clients outside the cluster come in.
    pub expose: Option<Expose>,
}

/// A Kubernetes cluster (AKS).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kubernetes {
    /// Version of Kubernetes, major and minor. Default: `1.35`.
    pub version: Option<KubernetesVersion>,
    /// What the control plane promises. Default: `free`.
    pub tier: Option<Tier>,
    /// The pools of nodes by name. The one called `system`, else the first by name, runs the
    /// cluster's own pods too. Default: `system` with 2 nodes.
    pub node_pools: Option<BTreeMap<PoolName, NodePool>>,
    /// Who may reach the cluster's API, besides needing a token for it. Default: everybody.
    #[schemars(with = "Option<Vec<Cidr>>")]
    pub authorized_ip_ranges: Option<Vec<Spanned<Cidr>>>,
    /// Whether the cluster's API has an address in the virtual network only. Default: false.
    #[schemars(with = "Option<bool>")]
    pub private: Option<Spanned<bool>>,
}

/// A pool of nodes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NodePool {
    /// Size of the machines. Default: `Standard_D2s_v5`.
    pub vm_size: Option<VmSize>,
    /// How many: at most 1000. Default: 2.
    pub count: Option<Replicas>,
    /// Size of each disk of the operating system, in GiB: 30 to 2048. Default: 32.
    pub os_disk: Option<Whole<30, 2048>>,
    /// The most pods on a node: 10 to 250, and 30 on all nodes of the system pool together.
    /// Default: 110.
    #[schemars(with = "Option<Whole<10, 250>>")]
    pub max_pods: Option<Spanned<Whole<10, 250>>>,
}

/// A database server (Azure Database for MySQL, flexible server).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mysql {
    /// SKU, which decides the tier too. Default: `Standard_B2s`.
    #[schemars(with = "Option<MysqlSku>")]
    pub sku: Option<Spanned<MysqlSku>>,
    /// Storage in GiB: 20 to 16384, and up to 32768 with a SKU of `Standard_E...`. Default: 20.
    #[schemars(with = "Option<Whole<20, 32_768>>")]
    pub storage: Option<Spanned<Whole<20, 32_768>>>,
    /// Whether storage grows by itself before it is full. Default: true.
    pub auto_grow: Option<bool>,
    /// Where a standby replica is. Default: `disabled`.
    #[schemars(with = "Option<HighAvailability>")]
    pub high_availability: Option<Spanned<HighAvailability>>,
    /// How many days backups are kept: 1 to 35. Default: 7.
    pub backup_retention_days: Option<Whole<1, 35>>,
    /// Whether backups are kept in the paired region as well. Default: false.
    pub geo_redundant_backup: Option<bool>,
    /// Name of the administrator; cannot change during the life of a server. Default: `temporal`.
    pub administrator: Option<Administrator>,
}

/// A container registry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registry {
    /// SKU. Default: `basic`.
    pub sku: Option<RegistrySku>,
}

/// A virtual network, with one subnet for nodes and one that is delegated to MySQL.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    /// The whole. Default: `10.240.0.0/16`.
    #[schemars(with = "Option<Cidr>")]
    pub address_space: Option<Spanned<Cidr>>,
    /// The nodes' subnet. Default: `10.240.0.0/22`.
    #[schemars(with = "Option<Cidr>")]
    pub nodes: Option<Spanned<Cidr>>,
    /// The database's subnet, of 8 addresses at least. Default: `10.240.4.0/28`.
    #[schemars(with = "Option<Cidr>")]
    pub mysql: Option<Spanned<Cidr>>,
    /// The addresses of Kubernetes services, outside of the network. Default: `10.0.0.0/16`.
    #[schemars(with = "Option<Cidr>")]
    pub services: Option<Spanned<Cidr>>,
}

/// How clients outside the cluster come in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expose {
    /// To the web console. Default: `cluster-ip`.
    #[serde(default, deserialize_with = "choice")]
    pub web: Option<Exposure>,
    /// To the starter. Default: `cluster-ip`.
    #[serde(default, deserialize_with = "choice")]
    pub starter: Option<Exposure>,
}

/// How one service is reached from outside the cluster.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Exposure {
    /// By a forwarded port alone.
    ClusterIp,
    /// By a load balancer with an address of the virtual network.
    Internal,
    /// By a load balancer with a public address.
    Public(Public),
}

/// A public address, and who may use it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Public {
    /// The ranges of addresses that may come in; nobody else can.
    #[schemars(with = "Option<Vec<Cidr>>", length(min = 1))]
    #[schemars(required)]
    pub allow: Option<Vec<Spanned<Cidr>>>,
}
