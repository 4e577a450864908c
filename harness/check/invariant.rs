//! The invariants by name, and what comes of checking one.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::invariants::{all_closed, history_integrity, no_lost_start, right_result};
use super::{CounterExample, Evidence, Unchecked};

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

/// What came of checking one invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Which.
    pub invariant: Invariant,
    /// How many workflows it was checked on.
    pub checked: u64,
    /// How many workflows it is about and could not be checked on.
    pub not_checked: u64,
    /// Why not: the commonest reason.
    pub why_not: Option<String>,
    /// Those that violate it.
    pub counter_examples: Vec<CounterExample>,
}

/// Checks one invariant over everything that is known. Of what could not be read back nothing is
/// said but how much it is.
pub fn check(invariant: Invariant, evidence: &Evidence) -> Finding {
    let verdicts = match invariant {
        Invariant::NoLostStart => no_lost_start::check(evidence),
        Invariant::RightResult => right_result::check(evidence),
        Invariant::AllClosed => all_closed::check(evidence),
        Invariant::HistoryIntegrity => history_integrity::check(evidence),
    };
    let Unchecked { workflows, why } = evidence.unchecked(|workflow| match invariant {
        Invariant::NoLostStart => no_lost_start::concerns(evidence, workflow),
        Invariant::RightResult => right_result::concerns(workflow),
        Invariant::AllClosed | Invariant::HistoryIntegrity => true,
    });
    let running = match invariant {
        Invariant::RightResult => right_result::running(evidence),
        Invariant::NoLostStart | Invariant::AllClosed | Invariant::HistoryIntegrity => 0,
    };
    let running_why = (running > 0).then(|| "still running".to_owned());
    Finding {
        invariant,
        checked: count(verdicts.len()),
        not_checked: workflows + running,
        why_not: if running > workflows {
            running_why
        } else {
            why
        },
        counter_examples: verdicts.into_iter().flatten().collect(),
    }
}

fn count(count: usize) -> u64 {
    u64::try_from(count).expect("a count fits 64 bits")
}

impl Finding {
    /// Whether it is known to hold: it was checked on something, and on all that it is about, and
    /// nothing violates it.
    pub fn holds(&self) -> bool {
        self.checked > 0 && self.not_checked == 0 && self.counter_examples.is_empty()
    }

    /// What came of it, in a few words.
    pub fn outcome(&self) -> String {
        let Self {
            checked,
            not_checked,
            why_not,
            ..
        } = self;
        let violations = self.counter_examples.len();
        let why = why_not
            .as_ref()
            .map_or(String::new(), |why| format!(": {why}"));
        match (violations, *checked, *not_checked) {
            (0, 0, 0) => "nothing was checked: there was no workflow to check it on".to_owned(),
            (0, 0, _) => format!("not checked on any of {}{why}", workflows(*not_checked)),
            (0, _, 0) => format!("holds for all {}", workflows(*checked)),
            (0, _, _) => format!(
                "holds for {}; {not_checked} could not be checked{why}",
                workflows(*checked)
            ),
            (_, _, 0) => format!("violated by {violations} of {}", workflows(*checked)),
            (_, _, _) => format!(
                "violated by {violations} of {}; {not_checked} could not be checked{why}",
                workflows(*checked)
            ),
        }
    }
}

/// So many workflows, in words.
pub fn workflows(count: u64) -> String {
    if count == 1 {
        "1 workflow".to_owned()
    } else {
        format!("{count} workflows")
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
