//! What there is of a cluster.

use super::record::Record;

/// What there is of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Absent,
    /// Something that has to be made anew; the reason is for people.
    Dead(String),
    /// All of its nodes run.
    Live(Box<Record>),
}
