//! Right result: what closed closed as completed, with the result that the scenario says.
//!
//! The result counts as the server's closing event has it. Workflows that are still running are
//! the business of `all_closed`.

use serde_json::Value;
use temporal::{Execution, Status};

use super::super::counter_example::{CounterExample, counter_example};
use super::super::evidence::{Evidence, Workflow};
use crate::json;

pub(in super::super) fn check(evidence: &Evidence) -> Vec<Option<CounterExample>> {
    evidence
        .workflows()
        .filter_map(|workflow| {
            let expected = workflow.operation.expected.as_ref()?;
            let execution = workflow.execution?;
            (execution.status != Status::Running).then_some((workflow, execution, expected))
        })
        .map(|(workflow, execution, expected)| {
            fault_with(execution, expected).map(|what| counter_example(workflow, what))
        })
        .collect()
}

/// Whether it is about a workflow.
pub(in super::super) fn concerns(workflow: Workflow<'_>) -> bool {
    workflow.operation.expected.is_some()
}

/// How many workflows it is about have no result yet.
pub(in super::super) fn running(evidence: &Evidence) -> u64 {
    let running = evidence.workflows().filter(|workflow| {
        let execution = workflow.execution;
        concerns(*workflow) && execution.is_some_and(|it| it.status == Status::Running)
    });
    u64::try_from(running.count()).expect("a count fits 64 bits")
}

fn fault_with(execution: &Execution, expected: &Value) -> Option<String> {
    if execution.status != Status::Completed {
        let expected = json::shown(expected);
        let how = execution.closed_by();
        return Some(format!("expected {expected}, but it closed as {how}"));
    }
    match &execution.result {
        Some(result) if json::same(result, expected) => None,
        Some(result) => {
            let (expected, result) = json::shown_beside(expected, result);
            Some(format!("expected {expected}, got {result}"))
        }
        // SDKs differ in whether they write nothing or null for a workflow that returns nothing.
        None if expected.is_null() => None,
        None => Some(format!("expected {}, got no result", json::shown(expected))),
    }
}
