//! The resolved settings of the Azure backend. All values are present and valid.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::quantity::Duration;

/// The settings of the Azure backend. [`super::model`] documents the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Azure {
    /// Such as `westeurope`.
    pub region: String,
    /// `None`: the subscription of the credentials.
    pub subscription: Option<String>,
    pub resource_group: String,
    /// Tags of all resources, without those of the harness.
    pub tags: BTreeMap<String, String>,
    /// The age after which `destroy --expired` removes the resources.
    pub time_to_live: Option<Duration>,
    /// The maximum cost of a month in US dollars.
    pub budget: Option<u32>,
    pub kubernetes: Kubernetes,
    pub mysql: Mysql,
    pub registry: Registry,
    pub network: Network,
    pub expose: Expose,
}

/// The Kubernetes cluster (AKS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Kubernetes {
    /// Major and minor version, such as `1.35`.
    pub version: String,
    pub tier: Tier,
    /// The first pool is the system pool.
    pub pools: Vec<NodePool>,
    /// The ranges that may reach the API. Empty: all addresses.
    pub authorized_ip_ranges: Vec<Cidr>,
    /// Whether the API has only a private address.
    pub private: bool,
}

/// A node pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodePool {
    pub name: String,
    /// Such as `Standard_D2s_v5`.
    pub vm_size: String,
    /// The number of nodes.
    pub count: u16,
    /// The size of the operating system disk of each node.
    pub os_disk_gib: u16,
    /// The maximum number of pods on a node.
    pub max_pods: u16,
}

/// The database (Azure Database for MySQL, flexible server).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Mysql {
    /// Such as `Standard_B2s`. The name determines the tier.
    pub sku: String,
    pub storage_gib: u32,
    /// Whether Azure enlarges the storage before it is full.
    pub auto_grow: bool,
    pub high_availability: HighAvailability,
    pub backup_retention_days: u16,
    pub geo_redundant_backup: bool,
    /// The name of the administrator.
    pub administrator: String,
}

/// The container registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registry {
    pub sku: RegistrySku,
}

/// The virtual network with a subnet for nodes and a subnet that is delegated to MySQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Network {
    pub address_space: Cidr,
    /// The subnet of the nodes.
    pub nodes: Cidr,
    /// The subnet of the database.
    pub mysql: Cidr,
    /// The addresses of Kubernetes services, outside `address_space`.
    pub services: Cidr,
}

/// How clients outside the cluster reach its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expose {
    pub web: Exposure,
    pub starter: Exposure,
}

/// How clients outside the cluster reach a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// Only through a port that `harness open` forwards.
    ClusterIp,
    /// Through a load balancer with an address in the virtual network.
    Internal,
    /// Through a load balancer with a public address, only from these ranges.
    Public(Vec<Cidr>),
}

/// Pricing tier of an AKS control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// No service level agreement.
    #[default]
    Free,
    /// A service level agreement for availability.
    Standard,
    /// The same, and long-term support for Kubernetes versions.
    Premium,
}

/// Standby replica of a database server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HighAvailability {
    /// No standby replica.
    #[default]
    Disabled,
    /// A standby replica in the same availability zone.
    SameZone,
    /// A standby replica in another availability zone.
    ZoneRedundant,
}

/// SKU of a container registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrySku {
    /// For development.
    #[default]
    Basic,
    /// More storage and throughput.
    Standard,
    /// The same, and private endpoints and replication.
    Premium,
}

/// The tier of a database server. The SKU determines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MysqlTier {
    /// vCores with CPU credits, which sustain full load only for a limited time.
    Burstable,
    /// For most workloads.
    GeneralPurpose,
    /// More memory. The portal calls this tier "Business Critical".
    MemoryOptimized,
}

impl NodePool {
    /// The number of vCPUs of each node.
    pub fn vcores(&self) -> u32 {
        vcores(&self.vm_size)
    }
}

/// The first number in the name of a size is the number of vCPUs: `Standard_D2s_v5` has 2. For the
/// oldest sizes, such as `Standard_DS2_v2`, the number is only an index.
fn vcores(size: &str) -> u32 {
    let size = size.trim_start_matches(|it: char| !it.is_ascii_digit());
    let digits = size.split(|it: char| !it.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

impl Mysql {
    pub fn tier(&self) -> MysqlTier {
        match self.sku.as_bytes().get("Standard_".len()) {
            Some(b'B') => MysqlTier::Burstable,
            Some(b'E') => MysqlTier::MemoryOptimized,
            _ => MysqlTier::GeneralPurpose,
        }
    }

    /// The number of vCores of each server.
    pub fn vcores(&self) -> u32 {
        vcores(&self.sku)
    }

    /// The number of servers that Azure charges for: one, or two with a standby replica.
    pub fn servers(&self) -> u32 {
        match self.high_availability {
            HighAvailability::Disabled => 1,
            HighAvailability::SameZone | HighAvailability::ZoneRedundant => 2,
        }
    }
}
