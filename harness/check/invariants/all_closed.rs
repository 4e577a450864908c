//! All closed: when the drain is over, nothing that exists is still running.

use temporal::Status;

use super::super::counter_example::{CounterExample, counter_example};
use super::super::evidence::Evidence;

pub(in super::super) fn check(evidence: &Evidence) -> Vec<Option<CounterExample>> {
    evidence
        .workflows()
        .filter_map(|workflow| Some((workflow, workflow.execution?)))
        .map(|(workflow, execution)| {
            (execution.status == Status::Running).then(|| {
                let reason = execution.held_up_by();
                counter_example(workflow, format!("still running: {reason}"))
            })
        })
        .collect()
}
