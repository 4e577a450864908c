//! The Azure backend of a profile: its settings are parsed, merged and resolved. Resolved settings
//! have all values, and all of them are valid.
//!
//! Pure. Names are those of Azure. This module does not check whether a region offers a machine
//! size.

#[cfg(test)]
pub(super) mod arbitrary;
pub(super) mod check;
pub(super) mod connections;
mod full;
mod merge;
pub mod model;
mod name;
mod network;
pub(super) mod resolve;
mod scalar;
mod settings;
mod warning;

pub use crate::azure_limits::Cidr;
pub(super) use full::full;
pub use scalar::{
    Administrator, KubernetesVersion, MysqlSku, PoolName, Region, ResourceGroup, Subscription,
    VmSize,
};
pub use settings::{
    Azure, Expose, Exposure, HighAvailability, Kubernetes, Mysql, MysqlTier, Network, NodePool,
    Registry, RegistrySku, Tier,
};
pub(super) use warning::warnings;

#[cfg(test)]
mod tests;
