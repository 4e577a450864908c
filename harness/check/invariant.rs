//! The invariants by name, and what comes of checking one.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Evidence;
use super::invariants::{all_closed, history_integrity, no_lost_start, right_result};

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

/// A workflow that violates an invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CounterExample {
    /// Workflow id.
    pub workflow_id: String,
    /// Run id, where one is known.
    pub run_id: Option<String>,
    /// What is wrong with it.
    pub what: String,
}

/// What came of checking one invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Which.
    pub invariant: Invariant,
    /// How many workflows it was checked on.
    pub checked: u64,
    /// Those that violate it.
    pub counter_examples: Vec<CounterExample>,
}

/// Checks one invariant over everything that is known. What could not be read back is not judged
/// here; see [`Evidence::unreadable`].
pub fn check(invariant: Invariant, evidence: &Evidence) -> Finding {
    let verdicts = match invariant {
        Invariant::NoLostStart => no_lost_start::check(evidence),
        Invariant::RightResult => right_result::check(evidence),
        Invariant::AllClosed => all_closed::check(evidence),
        Invariant::HistoryIntegrity => history_integrity::check(evidence),
    };
    let checked = u64::try_from(verdicts.len()).expect("a count fits 64 bits");
    Finding {
        invariant,
        checked,
        counter_examples: verdicts.into_iter().flatten().collect(),
    }
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
