//! What comes of checking one invariant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CounterExample, Invariant};

/// What came of checking one invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Which.
    pub invariant: Invariant,
    /// How many workflows it was checked on.
    pub checked: u64,
    /// How many of those violate it.
    pub violated: u64,
    /// How many workflows it is about and could not be checked on.
    pub not_checked: u64,
    /// Why not: the commonest reason.
    pub why_not: Option<String>,
    /// Those that violate it: the first hundred.
    pub counter_examples: Vec<CounterExample>,
}

impl Finding {
    /// Whether it is known to hold: it was checked on something, and on all that it is about, and
    /// nothing violates it.
    pub fn holds(&self) -> bool {
        self.checked > 0 && self.not_checked == 0 && self.violated == 0
    }

    /// What came of it, in a few words.
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
            (0, 0, 0) => "nothing was checked: there was no workflow to check it on".to_owned(),
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

/// So many workflows, in words.
pub fn workflows(count: u64) -> String {
    if count == 1 {
        "1 workflow".to_owned()
    } else {
        format!("{count} workflows")
    }
}
