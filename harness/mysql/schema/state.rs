//! The state of a store's schema.

use serde::Serialize;

use super::version::Version;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No database, or no table of Temporal in it.
    Empty,
    /// The version that the server expects. If the expected version of a release is unknown, every
    /// complete schema counts as current; the tool of that release may still have an update for it.
    Current(Version),
    /// An update leads to the version that the server expects.
    Older(Version),
    /// The schema of a newer server.
    Newer(Version),
    /// An update was interrupted and cannot be resumed (temporal#1087).
    HalfApplied {
        /// The recorded version.
        version: Version,
        /// The version whose update was interrupted.
        towards: Version,
        /// The changes that this update already made, such as `added column
        /// executions.data_encoding`.
        applied: Vec<String>,
        /// The SQL that undoes them. After it, the update can run again. A restored column is the
        /// last one of its table and has no data. Temporal selects columns by name, and the update
        /// would drop the column anyway.
        ///
        /// Empty if no statement is safe: the content does not match an interrupted update, and the
        /// recorded version is missing or wrong. A backup or an empty database helps.
        remedy: Vec<String>,
    },
}
