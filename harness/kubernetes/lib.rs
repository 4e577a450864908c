//! The topology as Kubernetes objects, and the cluster that they are applied to. Every backend that
//! runs Temporal in Kubernetes uses this crate.
//!
//! `objects` is pure: it converts a topology and a [`Site`] to groups of typed objects. A group is
//! one resource of the plan, such as `deployment/temporal-history`, with all its objects. The crate
//! knows neither k3d nor a cloud.

mod addresses;
mod apply;
mod base;
mod cluster;
mod difference;
mod drift;
mod entrance;
mod error;
mod evidence;
#[cfg(test)]
mod fixture;
mod forward;
mod group;
mod kubeconfig;
mod labels;
mod logs;
mod network_policy;
mod node_port;
mod object;
mod objects;
mod observe;
mod pod;
mod polled;
mod readiness;
mod remove;
mod role;
mod scale;
mod schema_job;
mod site;
mod snapshot;
mod survey;
mod tunnel;
mod usage;
mod vitals;
mod web;
mod worker;
mod workload;

pub use cluster::Cluster;
pub use difference::{Difference, What};
pub use entrance::Entrance;
pub use error::Error;
pub use forward::Forwards;
pub use group::Group;
pub use kubeconfig::Unusable;
pub use object::Object;
pub use objects::{expected, objects, serving};
pub use site::{Exposure, Images, LoadBalancer, MysqlServer, NAMESPACE, Resolver, Site, Way};
pub use snapshot::Awaited;
