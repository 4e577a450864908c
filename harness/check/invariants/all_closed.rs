//! All closed: when the drain is over, nothing that exists is still running.

use super::super::evidence::Evidence;
use super::super::invariant::CounterExample;
use super::counter_example;
use crate::temporal::Status;

pub(in super::super) fn check(evidence: &Evidence) -> Vec<Option<CounterExample>> {
    evidence
        .workflows()
        .filter_map(|workflow| Some((workflow, workflow.execution?)))
        .map(|(workflow, execution)| {
            (execution.status == Status::Running).then(|| {
                let last = execution.history.last();
                let last = last.map_or("nothing", |event| &event.kind);
                counter_example(
                    workflow,
                    format!("still running; the last that happened is {last}"),
                )
            })
        })
        .collect()
}
