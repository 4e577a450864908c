//! Right result: every workflow that closed completed with the result that the scenario expects.
//!
//! The result is taken from the server's closing event. Workflows that are still running are checked
//! by `all_closed`.

use serde_json::Value;
use temporal::{Execution, Status};

use crate::answer::Answer;
use crate::json;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    let Some(expected) = &workflow.iteration.expected else {
        return Answer::NotApplicable;
    };
    Answer::from_execution(workflow, |execution| {
        if execution.status == Status::Running {
            return Answer::Unknown("still running".to_owned());
        }
        Answer::from_violation(violation(execution, expected))
    })
}

fn violation(execution: &Execution, expected: &Value) -> Option<String> {
    if execution.status != Status::Completed {
        let expected = json::shortened(expected);
        let how = execution.how_it_closed();
        return Some(format!(
            "expected {expected}, but the workflow closed as {how}"
        ));
    }
    match &execution.result {
        Some(result) if json::is_equal(result, expected) => None,
        Some(result) => {
            let (expected, result) = json::shortened_pair(expected, result);
            Some(format!("expected {expected}, got {result}"))
        }
        // For a workflow that returns nothing, some SDKs write no payload and others write null.
        None if expected.is_null() => None,
        None => Some(format!(
            "expected {}, got no result",
            json::shortened(expected)
        )),
    }
}
