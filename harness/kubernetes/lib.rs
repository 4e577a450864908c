//! The topology as Kubernetes objects, and a cluster that they are applied to: shared by every
//! backend that runs Temporal in Kubernetes.
//!
//! `objects` is pure: topology and [`Site`] in, groups of typed objects out. A group is one
//! resource of the plan, `deployment/temporal-history` for example, with all that belongs to it.
//! Knows neither k3d nor a cloud.

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
mod look;
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
pub use look::Awaited;
pub use object::Object;
pub use objects::{expected, objects, serving};
pub use site::{Exposure, Images, LoadBalancer, MysqlServer, NAMESPACE, Resolver, Site, Way};
