//! No lost start: every acknowledged run exists, and is the latest run of its workflow id, or the first
//! run of the chain to which the latest belongs.
//!
//! A start without a clear answer may or may not have made an execution, so this invariant does not
//! apply to it.

use temporal::Reading;

use crate::answer::Answer;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    let Some(run_id) = workflow.iteration.run_id() else {
        return Answer::NotApplicable;
    };
    match workflow.reading {
        Reading::Found(execution) => {
            let found = execution.first_run_id.as_ref();
            let found = found.unwrap_or(&execution.key.run_id);
            Answer::from_violation((found != run_id).then(|| {
                format!("start acknowledged as run {run_id}, but the server has run {found}")
            }))
        }
        Reading::Absent => {
            Answer::Violated("start acknowledged, but the server has no such execution".to_owned())
        }
        Reading::Unreadable(reason) => Answer::Unknown(reason.clone()),
    }
}
