//! The invariants by name.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that must hold of every workflow.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Invariant {
    /// Every acknowledged start has its execution, and no other.
    NoLostStart,
    /// Every workflow with an expected result completed with it.
    RightResult,
    /// No workflow is still running when the drain is over.
    AllClosed,
    /// Every history is whole and agrees with Describe and with what the client was told.
    HistoryIntegrity,
}

impl Invariant {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::NoLostStart,
        Self::RightResult,
        Self::AllClosed,
        Self::HistoryIntegrity,
    ];
}

impl fmt::Display for Invariant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoLostStart => "no-lost-start",
            Self::RightResult => "right-result",
            Self::AllClosed => "all-closed",
            Self::HistoryIntegrity => "history-integrity",
        })
    }
}
