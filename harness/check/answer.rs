//! The result of checking an invariant on one workflow.

use temporal::{Execution, Reading};

use super::workflow::Workflow;

/// The result of checking an invariant on one workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The invariant does not apply to the workflow.
    NotApplicable,
    /// The invariant applies but could not be checked, for this reason.
    Unknown(String),
    Holds,
    /// The invariant is violated, in this way.
    Violated(String),
}

impl Answer {
    /// `Holds`, or `Violated` if there is a violation.
    pub(super) fn from_violation(violation: Option<String>) -> Self {
        violation.map_or(Self::Holds, Self::Violated)
    }

    /// The result of an invariant that needs the execution. If the execution is absent although its
    /// start was acknowledged, the server has lost it, and the invariant cannot be checked. Without an
    /// acknowledgement it may never have existed, and the invariant does not apply.
    pub(super) fn from_execution(
        workflow: Workflow<'_>,
        judge: impl FnOnce(&Execution) -> Self,
    ) -> Self {
        match workflow.reading {
            Reading::Found(execution) => judge(execution),
            Reading::Absent if workflow.iteration.run_id().is_none() => Self::NotApplicable,
            Reading::Absent => Self::Unknown("the server has no such execution".to_owned()),
            Reading::Unreadable(reason) => Self::Unknown(reason.clone()),
        }
    }
}
