//! The result of looking for a cluster.

use super::record::ClusterRecord;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// There is no cluster.
    Absent,
    /// Parts of it exist and must be recreated; the reason, for people.
    Dead(String),
    /// All of its nodes run.
    Live(Box<ClusterRecord>),
}
