//! No lost start: what the server acknowledged exists, and is the only run of its workflow id.
//!
//! A start without a clear answer may have no execution or one, and is not judged; that one
//! request id cannot make two is the server's promise.

use temporal::Reading;

use crate::answer::Answer;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    let Some(run_id) = workflow.iteration.run_id() else {
        return Answer::NotConcerned;
    };
    match workflow.reading {
        Reading::Found(execution) => {
            let found = &execution.key.run_id;
            Answer::of_fault((found != run_id).then(|| {
                format!(
                    "its start was acknowledged as run {run_id}, but the server has run {found}"
                )
            }))
        }
        Reading::Absent => Answer::Violated(
            "its start was acknowledged, but the server has no such execution".to_owned(),
        ),
        Reading::Unreadable(reason) => Answer::Unknown(reason.clone()),
    }
}
