//! One file per invariant: a function from the evidence to one answer per workflow it looked at,
//! `None` for one that is as it should be. What it could not look at has no answer.

pub(super) mod all_closed;
pub(super) mod history_integrity;
pub(super) mod no_lost_start;
pub(super) mod right_result;
#[cfg(test)]
mod tests;

use super::evidence::Workflow;
use super::invariant::CounterExample;

fn counter_example(workflow: Workflow<'_>, what: impl Into<String>) -> CounterExample {
    let run_id = match workflow.execution {
        Some(execution) => Some(execution.key.run_id.clone()),
        None => workflow.operation.run_id.clone(),
    };
    CounterExample {
        workflow_id: workflow.operation.workflow_id.clone(),
        run_id,
        what: what.into(),
    }
}
