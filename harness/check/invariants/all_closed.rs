//! All closed: when the drain is over, nothing that exists is still running.

use temporal::Status;

use crate::answer::Answer;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    Answer::of_execution(workflow, |execution| {
        let running = execution.status == Status::Running;
        Answer::of_fault(running.then(|| format!("still running: {}", execution.held_up_by())))
    })
}
