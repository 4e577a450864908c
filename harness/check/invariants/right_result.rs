//! Right result: what closed closed as completed, with the result that the scenario says.
//!
//! The result counts as the server's closing event has it. Workflows that are still running are
//! the business of `all_closed`.

use serde_json::Value;
use temporal::{Execution, Status};

use crate::answer::Answer;
use crate::json;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    let Some(expected) = &workflow.iteration.expected else {
        return Answer::NotConcerned;
    };
    Answer::of_execution(workflow, |execution| {
        if execution.status == Status::Running {
            return Answer::Unknown("still running".to_owned());
        }
        Answer::of_fault(fault_with(execution, expected))
    })
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
