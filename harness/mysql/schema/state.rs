//! What can be the matter with a store's schema.

use serde::Serialize;

use super::version::Version;

/// What was found of a store's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No database, or no table of Temporal's in it.
    Empty,
    /// As the server expects it. Where it is not known what a release expects, any whole schema
    /// counts as current: the tool of that release may still have an update for it.
    Current(Version),
    /// An update leads to what the server expects.
    Older(Version),
    /// Of a newer server.
    Newer(Version),
    /// An update was interrupted, and cannot go on from there by itself (temporal#1087).
    HalfApplied {
        /// The version that it has.
        version: Version,
        /// The version whose update was interrupted.
        towards: Version,
        /// What that update has done already, such as `added column executions.data_encoding`.
        applied: Vec<String>,
        /// The SQL that takes it back, after which the update can be run again. A column comes back
        /// as the last of its table, and without what was in it; Temporal names its columns, and
        /// that update was to drop it anyway.
        ///
        /// Empty where no statement is safe: what is found is not what an interrupted update
        /// leaves, but a recorded version that is missing or wrong. A backup helps, or an empty
        /// database.
        remedy: Vec<String>,
    },
}
