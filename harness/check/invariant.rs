//! The names of the invariants.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A condition that every workflow must satisfy.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Invariant {
    /// Every acknowledged start has exactly one run: the acknowledged one.
    NoLostStart,
    /// Every workflow closed as the scenario expects, with the result that it expects, and every
    /// query and update has the result that it expects.
    RightResult,
    /// No workflow is still running when the drain is over.
    AllClosed,
    /// Every history is complete and agrees with Describe and with the client's view.
    HistoryIntegrity,
}

impl Invariant {
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
