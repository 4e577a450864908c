//! The place `azure` of a profile: where in Azure a topology runs and on what, as it is written,
//! laid one over another, and resolved into values that are all there and all valid.
//!
//! Pure. Names are Azure's own; the harness asks nobody whether a region has a size of machine.

#[cfg(test)]
pub(super) mod arbitrary;
pub(super) mod check;
pub(super) mod connections;
mod doubt;
mod merge;
pub mod model;
mod name;
mod network;
pub(super) mod resolve;
mod settings;
#[cfg(test)]
mod tests;
mod word;

pub use crate::azure_limits::Cidr;
pub(super) use doubt::doubts;
pub use settings::{
    Azure, Expose, Exposure, HighAvailability, Kubernetes, Mysql, MysqlTier, Network, NodePool,
    Registry, RegistrySku, Tier,
};
pub use word::{
    Administrator, KubernetesVersion, MysqlSku, PoolName, Region, ResourceGroup, Subscription,
    VmSize,
};
