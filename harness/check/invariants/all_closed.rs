//! All closed: no workflow is still running when the drain is over.

use temporal::Status;

use crate::answer::Answer;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    Answer::from_execution(workflow, |execution| {
        let running = execution.status == Status::Running;
        Answer::from_violation(
            running.then(|| format!("still running: {}", execution.why_running())),
        )
    })
}
