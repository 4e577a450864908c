//! Checks one invariant, workflow by workflow, in constant memory.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::invariants::{all_closed, history_integrity, no_lost_start, right_result};
use super::{CounterExample, Finding, Invariant, Workflow};

/// Maximum number of counter-examples that a finding keeps.
const KEPT: usize = 100;

/// Maximum number of different reasons that are counted. Some reasons name a workflow, so their
/// number would grow with that of workflows.
const REASONS: usize = 100;

/// Counts all further reasons.
const OTHERS: &str = "various reasons";

/// Checks one invariant on one workflow after another.
#[derive(Debug)]
pub struct Checker {
    invariant: Invariant,
    checked: u64,
    violated: u64,
    counter_examples: Vec<CounterExample>,
    not_checked: u64,
    reasons: BTreeMap<String, u64>,
}

impl Checker {
    pub fn new(invariant: Invariant) -> Self {
        Self {
            invariant,
            checked: 0,
            violated: 0,
            counter_examples: Vec::new(),
            not_checked: 0,
            reasons: BTreeMap::new(),
        }
    }

    /// Checks one more workflow. Workflows that could not be checked are only counted.
    pub fn add(&mut self, workflow: Workflow<'_>) {
        let answer = match self.invariant {
            Invariant::NoLostStart => no_lost_start::judge(workflow),
            Invariant::RightResult => right_result::judge(workflow),
            Invariant::AllClosed => all_closed::judge(workflow),
            Invariant::HistoryIntegrity => history_integrity::judge(workflow),
        };
        match answer {
            Answer::NotApplicable => {}
            Answer::Unknown(why) => {
                self.not_checked += 1;
                let is_known = self.reasons.len() < REASONS || self.reasons.contains_key(&why);
                let why = if is_known { why } else { OTHERS.to_owned() };
                *self.reasons.entry(why).or_default() += 1;
            }
            Answer::Holds => self.checked += 1,
            Answer::Violated(what) => {
                self.checked += 1;
                self.violated += 1;
                if self.counter_examples.len() < KEPT {
                    let example = CounterExample::new(workflow, what);
                    self.counter_examples.push(example);
                }
            }
        }
    }

    pub fn finish(self) -> Finding {
        let commonest = self.reasons.into_iter().max_by_key(|(_, count)| *count);
        Finding {
            invariant: self.invariant,
            checked: self.checked,
            violated: self.violated,
            not_checked: self.not_checked,
            why_not: commonest.map(|(why, _)| why),
            counter_examples: self.counter_examples,
        }
    }
}
