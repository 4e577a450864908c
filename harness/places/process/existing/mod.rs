//! An existing cluster: reads the files that the profile names, connects, checks the namespace, and
//! terminates what a run left open. It creates nothing in the cluster, and changes only workflows
//! whose ids begin with the name of a run of this state folder.

mod cluster;
mod ending;
mod error;
mod files;
mod load;
mod record;
mod refusal;

pub(super) use cluster::Cluster;
pub(super) use error::Error;
pub(super) use load::{begin, end};
pub use record::existing_of;
pub(super) use record::remember;
