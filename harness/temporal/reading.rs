//! What comes of reading one execution back from the server.

use serde::{Deserialize, Serialize};

use super::Execution;

/// What came of reading one execution back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "nearly every execution is found")]
pub enum Reading {
    /// It is there.
    Found(Execution),
    /// The server has no such execution.
    Absent,
    /// The server could not be asked; the reason is for people.
    Unreadable(String),
}
