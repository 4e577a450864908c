//! Checks one invariant workflow by workflow, in memory that does not grow with their number.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::invariants::{all_closed, history_integrity, no_lost_start, right_result};
use super::{CounterExample, Finding, Invariant, Workflow};

/// How many counter-examples of one invariant are kept.
const KEPT: usize = 100;

/// How many different reasons are told apart: some name the workflow that they are about.
const REASONS: usize = 100;

/// All the other reasons.
const OTHERS: &str = "for many different reasons";

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
    /// One that has seen no workflow yet.
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

    /// Checks one more workflow. Of what could not be read back nothing is said but how much it is.
    pub fn add(&mut self, workflow: Workflow<'_>) {
        let answer = match self.invariant {
            Invariant::NoLostStart => no_lost_start::judge(workflow),
            Invariant::RightResult => right_result::judge(workflow),
            Invariant::AllClosed => all_closed::judge(workflow),
            Invariant::HistoryIntegrity => history_integrity::judge(workflow),
        };
        match answer {
            Answer::NotConcerned => {}
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

    /// What came of it.
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
