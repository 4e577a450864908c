//! What an invariant says of one workflow.

use temporal::{Execution, Reading};

use super::workflow::Workflow;

/// What an invariant says of one workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The invariant is not about it.
    NotConcerned,
    /// The invariant is about it, and what it takes to check it is missing: why.
    Unknown(String),
    /// It is as it should be.
    Holds,
    /// It is not as it should be: how.
    Violated(String),
}

impl Answer {
    /// That it is as it should be, unless something is wrong with it.
    pub(super) fn of_fault(fault: Option<String>) -> Self {
        fault.map_or(Self::Holds, Self::Violated)
    }

    /// What an invariant says that needs the execution. Where a start was acknowledged, the server
    /// has lost an execution that is absent; where it was not, there may never have been one.
    pub(super) fn of_execution(
        workflow: Workflow<'_>,
        judge: impl FnOnce(&Execution) -> Self,
    ) -> Self {
        match workflow.reading {
            Reading::Found(execution) => judge(execution),
            Reading::Absent if workflow.iteration.run_id().is_none() => Self::NotConcerned,
            Reading::Absent => Self::Unknown("the server has no such execution".to_owned()),
            Reading::Unreadable(reason) => Self::Unknown(reason.clone()),
        }
    }
}
