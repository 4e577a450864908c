//! The result of reading one execution back from the server.

use serde::{Deserialize, Serialize};

use super::Execution;

/// The result of reading one execution back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "nearly every execution is found")]
pub enum Reading {
    Found(Execution),
    /// The server has no such execution.
    Absent,
    /// The read failed; the reason is for people.
    Unreadable(String),
}
