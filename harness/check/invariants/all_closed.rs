//! All closed: no workflow is still running when the drain is over.
//!
//! A workflow whose client did not make all its calls may wait for them.

use temporal::{Execution, Status, Unregistered};

use crate::answer::Answer;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    Answer::from_execution(workflow, |execution| {
        let running = execution.status == Status::Running;
        if running && workflow.iteration.unfinished {
            return Answer::NotApplicable;
        }
        Answer::from_violation(running.then(|| format!("still running: {}", why(execution))))
    })
}

/// Why it is still running, with the remedy if there is a known one.
fn why(execution: &Execution) -> String {
    let reason = execution.why_running();
    match execution.unregistered() {
        Some(Unregistered {
            workflow_type,
            task_queue,
            ..
        }) => format!(
            "the worker of task queue `{task_queue}` does not know workflow type \
             `{workflow_type}`: set `workload[].workflow.type` in the scenario, or register the type \
             in the worker ({reason})"
        ),
        None => reason,
    }
}
