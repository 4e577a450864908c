//! What is known of a run: the clients' side and the server's side of every workflow.

use std::collections::BTreeMap;

use load::{Operation, Outcome};
use serde::{Deserialize, Serialize};
use temporal::Execution;

const NOT_READ: &str = "it was not read back";

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

/// Both sides of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// What the clients saw.
    pub operations: Vec<Operation>,
    /// What the server has, by workflow id.
    pub readings: BTreeMap<String, Reading>,
}

/// Both sides of one workflow that was started, or may have been.
#[derive(Debug, Clone, Copy)]
pub struct Workflow<'a> {
    /// What the client saw.
    pub operation: &'a Operation,
    /// What the server has; `None` if it was not, or could not be, read.
    pub execution: Option<&'a Execution>,
}

/// Workflows about which nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unchecked {
    /// How many.
    pub workflows: u64,
    /// Why: the commonest reason.
    pub why: Option<String>,
}

impl Evidence {
    /// The operations whose workflow exists or may exist: what has to be read back.
    pub fn questionable(operations: &[Operation]) -> impl Iterator<Item = &Operation> {
        operations
            .iter()
            .filter(|operation| match operation.outcome {
                Outcome::Dropped(_) | Outcome::NotSent(_) | Outcome::Refused(_) => false,
                Outcome::Unknown(_) | Outcome::Closed(_) | Outcome::Open(_) => true,
            })
    }

    /// Those operations, each with what the server has of it.
    pub(super) fn workflows(&self) -> impl Iterator<Item = Workflow<'_>> {
        Self::questionable(&self.operations).map(|operation| Workflow {
            operation,
            execution: match self.readings.get(&operation.workflow_id) {
                Some(Reading::Found(execution)) => Some(execution),
                Some(Reading::Absent | Reading::Unreadable(_)) | None => None,
            },
        })
    }

    /// Whether the server answered that it has no such execution.
    pub(super) fn is_absent(&self, operation: &Operation) -> bool {
        matches!(
            self.readings.get(&operation.workflow_id),
            Some(Reading::Absent)
        )
    }

    /// Of the workflows that are meant, those whose history was not to be had although there is
    /// one: the server could not be asked, or has lost what it acknowledged.
    pub(super) fn unchecked(&self, is_meant: impl Fn(Workflow<'_>) -> bool) -> Unchecked {
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        let meant = self.workflows().filter(|workflow| is_meant(*workflow));
        for Workflow { operation, .. } in meant {
            let why = match self.readings.get(&operation.workflow_id) {
                Some(Reading::Found(_)) => continue,
                Some(Reading::Absent) if operation.run_id.is_none() => continue,
                Some(Reading::Absent) => "the server has no such execution",
                Some(Reading::Unreadable(reason)) => reason,
                None => NOT_READ,
            };
            *reasons.entry(why).or_default() += 1;
        }
        let commonest = reasons.iter().max_by_key(|(_, workflows)| **workflows);
        Unchecked {
            workflows: reasons.values().sum(),
            why: commonest.map(|(why, _)| (*why).to_owned()),
        }
    }

    /// The workflows that nothing can be said about, each with the reason: while there are any, no
    /// invariant is known to hold.
    pub fn unreadable(&self) -> impl Iterator<Item = (&str, &str)> {
        Self::questionable(&self.operations).filter_map(|operation| {
            let id = operation.workflow_id.as_str();
            match self.readings.get(id) {
                Some(Reading::Found(_) | Reading::Absent) => None,
                Some(Reading::Unreadable(reason)) => Some((id, reason.as_str())),
                None => Some((id, NOT_READ)),
            }
        })
    }
}
