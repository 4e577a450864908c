//! No lost start: what the server acknowledged exists, and is the only run of its workflow id.
//!
//! A start without a clear answer may have no execution or one, and is not judged; that one
//! request id cannot make two is the server's promise.

use super::super::counter_example::{CounterExample, counter_example};
use super::super::evidence::{Evidence, Workflow};

pub(in super::super) fn check(evidence: &Evidence) -> Vec<Option<CounterExample>> {
    evidence
        .workflows()
        .filter(|workflow| workflow.execution.is_some() || evidence.is_absent(workflow.operation))
        .filter_map(|workflow| {
            let acknowledged = workflow.operation.run_id.as_deref()?;
            Some(judge(evidence, workflow, acknowledged))
        })
        .collect()
}

/// Whether it is about a workflow. One that is absent is checked, and violates it.
pub(in super::super) fn concerns(evidence: &Evidence, workflow: Workflow<'_>) -> bool {
    workflow.operation.run_id.is_some() && !evidence.is_absent(workflow.operation)
}

fn judge(evidence: &Evidence, workflow: Workflow<'_>, run_id: &str) -> Option<CounterExample> {
    if evidence.is_absent(workflow.operation) {
        let what = "its start was acknowledged, but the server has no such execution";
        return Some(counter_example(workflow, what));
    }
    let found = &workflow.execution?.key.run_id;
    (found != run_id).then(|| {
        let what =
            format!("its start was acknowledged as run {run_id}, but the server has run {found}");
        counter_example(workflow, what)
    })
}
