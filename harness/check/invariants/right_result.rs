//! Right result: every reply to a query or an update has the result that the scenario expects, and
//! every workflow that closed did so as the scenario expects, with the result that it expects.
//!
//! The result of a workflow is taken from the server's closing event. Workflows that are still running
//! are checked by `all_closed`. How a workflow closed is not checked if it was
//! terminated because its client did not make all its calls.

use load::{Call, Iteration, Outcome};
use serde_json::Value;
use temporal::{Execution, Reply, Status};

use crate::answer::Answer;
use crate::json;
use crate::workflow::Workflow;

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    let mut replied = Answer::NotApplicable;
    for call in &workflow.iteration.steps {
        match reply(call) {
            Answer::NotApplicable => {}
            Answer::Holds => replied = Answer::Holds,
            wrong => return wrong,
        }
    }
    match close(workflow) {
        Answer::NotApplicable => replied,
        answer => answer,
    }
}

/// Judges the reply to a call.
fn reply(call: &Call) -> Answer {
    let (Some(expected), Outcome::Ok(reply)) = (&call.expected, &call.outcome) else {
        return Answer::NotApplicable;
    };
    let wrong = match reply {
        Reply::Failed { failure } => {
            let expected = json::shortened(expected);
            Some(format!("expected {expected}, got the failure: {failure}"))
        }
        Reply::Returned { result } => difference(result.as_ref(), expected),
        Reply::Started { .. } | Reply::Closed(_) | Reply::Done => return Answer::NotApplicable,
    };
    let name = call.name.as_deref().unwrap_or_default();
    Answer::from_violation(wrong.map(|wrong| format!("{} `{name}`: {wrong}", call.op)))
}

fn close(workflow: Workflow<'_>) -> Answer {
    let iteration = workflow.iteration;
    let is_checked = iteration.expected.is_some() || iteration.status.is_some();
    if !is_checked {
        return Answer::NotApplicable;
    }
    Answer::from_execution(workflow, |execution| {
        if execution.status == Status::Running && iteration.unfinished {
            return Answer::NotApplicable;
        }
        if execution.status == Status::Running {
            return Answer::Unknown("still running".to_owned());
        }
        if iteration.unfinished && execution.status == Status::Terminated {
            return Answer::NotApplicable;
        }
        Answer::from_violation(violation(execution, iteration))
    })
}

fn violation(execution: &Execution, iteration: &Iteration) -> Option<String> {
    let right = iteration.right_status();
    if execution.status != right {
        let expected = match &iteration.expected {
            Some(expected) => json::shortened(expected),
            None => format!("a workflow that closes as {right}"),
        };
        let how = execution.how_it_closed();
        return Some(format!(
            "expected {expected}, but the workflow closed as {how}"
        ));
    }
    let expected = iteration.expected.as_ref()?;
    difference(execution.result.as_ref(), expected)
}

fn difference(result: Option<&Value>, expected: &Value) -> Option<String> {
    match result {
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
