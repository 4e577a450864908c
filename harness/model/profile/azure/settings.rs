//! Where in Azure a topology runs and on what, with every value there and valid.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::quantity::Duration;

/// A place in Azure; what each value means is said in [`super::model`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Azure {
    /// Region, such as `westeurope`.
    pub region: String,
    /// Subscription id; otherwise the one that the credentials say.
    pub subscription: Option<String>,
    /// The resource group that holds everything.
    pub resource_group: String,
    /// Tags on everything, besides the harness's own.
    pub tags: BTreeMap<String, String>,
    /// After how long `destroy --expired` takes it down.
    pub time_to_live: Option<Duration>,
    /// The most that a month may cost, in US dollars.
    pub budget: Option<u32>,
    /// The Kubernetes cluster.
    pub kubernetes: Kubernetes,
    /// The database.
    pub mysql: Mysql,
    /// The container registry.
    pub registry: Registry,
    /// The virtual network.
    pub network: Network,
    /// How clients outside the cluster come in.
    pub expose: Expose,
}

/// The Kubernetes cluster (AKS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Kubernetes {
    /// Version, major and minor, such as `1.35`.
    pub version: String,
    /// What the control plane promises.
    pub tier: Tier,
    /// The pools of nodes by name; the first is the system pool.
    pub pools: Vec<NodePool>,
    /// Who may reach the API, as CIDR ranges; empty means everybody with a token.
    pub authorized_ip_ranges: Vec<Cidr>,
    /// Whether the API has a private address only.
    pub private: bool,
}

/// A pool of nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodePool {
    /// Name: lowercase letters and digits, at most 12.
    pub name: String,
    /// Size of the machines, such as `Standard_D2s_v5`.
    pub vm_size: String,
    /// How many.
    pub count: u16,
    /// Size of each disk of the operating system, in GiB.
    pub os_disk_gib: u16,
    /// The most pods on a node.
    pub max_pods: u16,
}

/// The database (Azure Database for MySQL, flexible server).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Mysql {
    /// SKU, such as `Standard_B2s`; its tier follows from its name.
    pub sku: String,
    /// Storage, in GiB.
    pub storage_gib: u32,
    /// Whether storage grows by itself.
    pub auto_grow: bool,
    /// Standby replica.
    pub high_availability: HighAvailability,
    /// How many days backups are kept.
    pub backup_retention_days: u16,
    /// Whether backups are kept in another region as well.
    pub geo_redundant_backup: bool,
    /// Name of the administrator.
    pub administrator: String,
}

/// The container registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registry {
    /// SKU.
    pub sku: RegistrySku,
}

/// The virtual network, with one subnet for nodes and one that is delegated to MySQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Network {
    /// The whole.
    pub address_space: Cidr,
    /// The nodes' subnet.
    pub nodes: Cidr,
    /// The database's subnet.
    pub mysql: Cidr,
    /// The addresses of Kubernetes services; outside of `address_space`.
    pub services: Cidr,
}

/// How clients outside the cluster come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expose {
    /// To the web console.
    pub web: Exposure,
    /// To the starter.
    pub starter: Exposure,
}

/// How one service is reached from outside the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// By `harness open` alone, which forwards a port.
    ClusterIp,
    /// By a load balancer with an address of the virtual network.
    Internal,
    /// By a load balancer with a public address, for these ranges only.
    Public(Vec<Cidr>),
}

/// What the control plane of a cluster promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Nothing.
    #[default]
    Free,
    /// Its availability.
    Standard,
    /// Its availability, and versions with long-term support.
    Premium,
}

/// The standby replica of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HighAvailability {
    /// None.
    #[default]
    Disabled,
    /// In the same zone.
    SameZone,
    /// In another zone.
    ZoneRedundant,
}

/// The SKU of a container registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrySku {
    /// For development.
    #[default]
    Basic,
    /// More storage and throughput.
    Standard,
    /// Private endpoints and replication as well.
    Premium,
}

/// The tier of a database server, which its SKU decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MysqlTier {
    /// Processors that may be used in full for a while only.
    Burstable,
    /// For most loads.
    GeneralPurpose,
    /// More memory; the portal calls it business critical.
    MemoryOptimized,
}

impl NodePool {
    /// How many processors each machine has.
    pub fn vcores(&self) -> u32 {
        vcores(&self.vm_size)
    }
}

/// The first number in the name of a size is that of its processors: `Standard_D2s_v5` has 2. Of
/// the oldest sizes, such as `Standard_DS2_v2`, it is only their rank.
fn vcores(size: &str) -> u32 {
    let size = size.trim_start_matches(|it: char| !it.is_ascii_digit());
    let digits = size.split(|it: char| !it.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

impl Mysql {
    /// The tier of the server's SKU.
    pub fn tier(&self) -> MysqlTier {
        match self.sku.as_bytes().get("Standard_".len()) {
            Some(b'B') => MysqlTier::Burstable,
            Some(b'E') => MysqlTier::MemoryOptimized,
            _ => MysqlTier::GeneralPurpose,
        }
    }

    /// How many processors each server has.
    pub fn vcores(&self) -> u32 {
        vcores(&self.sku)
    }

    /// How many servers are paid for: one, or two with a standby.
    pub fn servers(&self) -> u32 {
        match self.high_availability {
            HighAvailability::Disabled => 1,
            HighAvailability::SameZone | HighAvailability::ZoneRedundant => 2,
        }
    }
}
