//! The result of checking one invariant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CounterExample, Invariant};

/// The result of checking one invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The invariant.
    pub invariant: Invariant,
    /// Number of workflows on which it was checked.
    pub checked: u64,
    /// Number of checked workflows that violate it.
    pub violated: u64,
    /// Number of workflows to which it applies but on which it could not be checked.
    pub not_checked: u64,
    /// The most frequent reason why it could not be checked.
    pub why_not: Option<String>,
    /// The first 100 workflows that violate it.
    pub counter_examples: Vec<CounterExample>,
}

impl Finding {
    /// Whether the invariant holds: it was checked on at least one workflow and on all to which it
    /// applies, and no workflow violates it.
    pub fn holds(&self) -> bool {
        self.checked > 0 && self.not_checked == 0 && self.violated == 0
    }

    /// The result as a short text for people.
    pub fn outcome(&self) -> String {
        let Self {
            checked,
            violated,
            not_checked,
            why_not,
            ..
        } = self;
        let why = why_not
            .as_ref()
            .map_or(String::new(), |why| format!(": {why}"));
        match (*violated, *checked, *not_checked) {
            (0, 0, 0) => "not checked: there is no workflow to check".to_owned(),
            (0, 0, _) => format!("not checked on any of {}{why}", workflows(*not_checked)),
            (0, _, 0) => format!("holds for all {}", workflows(*checked)),
            (0, _, _) => format!(
                "holds for {}; {not_checked} could not be checked{why}",
                workflows(*checked)
            ),
            (_, _, 0) => format!("violated by {violated} of {}", workflows(*checked)),
            (_, _, _) => format!(
                "violated by {violated} of {}; {not_checked} could not be checked{why}",
                workflows(*checked)
            ),
        }
    }
}

/// A number of workflows as text, such as `2 workflows`.
pub fn workflows(count: u64) -> String {
    if count == 1 {
        "1 workflow".to_owned()
    } else {
        format!("{count} workflows")
    }
}
