//! History integrity: event ids are 1 to n without a gap, the first event is the start, the last
//! event is the only closing event, and the history agrees with Describe and with the client's view.

use load::WorkflowOutcome;
use temporal::{Execution, HistoryEvent, Status};

use crate::answer::Answer;
use crate::workflow::Workflow;

const STARTED: &str = "WorkflowExecutionStarted";

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    Answer::from_execution(workflow, |execution| {
        let violation = event_ids(&execution.history)
            .or_else(|| first_event(&execution.history))
            .or_else(|| closing_event(execution))
            .or_else(|| client_view(workflow, execution));
        Answer::from_violation(violation)
    })
}

fn event_ids(history: &[HistoryEvent]) -> Option<String> {
    (1..).zip(history).find_map(|(expected, event)| {
        (event.id != expected).then(|| {
            format!(
                "expected event {expected}, found event {} ({})",
                event.id, event.kind
            )
        })
    })
}

fn first_event(history: &[HistoryEvent]) -> Option<String> {
    match history.first() {
        None => Some("the history is empty".to_owned()),
        Some(event) if event.kind == STARTED => None,
        Some(event) => Some(format!("the history begins with {}", event.kind)),
    }
}

fn closing_event(execution: &Execution) -> Option<String> {
    let described = execution.status;
    let closing: Vec<_> = execution
        .history
        .iter()
        .filter_map(|event| Some((event, closed_as(&event.kind)?)))
        .collect();
    let last = execution.history.last()?;
    match closing.as_slice() {
        [] if described == Status::Running => None,
        [] => Some(format!(
            "Describe reports {described}, but the history has no closing event"
        )),
        [(event, _)] if event.id != last.id => Some(format!(
            "event {} ({}) comes after the closing event",
            last.id, last.kind
        )),
        [(event, status)] if *status != described => Some(format!(
            "Describe reports {described}, but the last event is {}",
            event.kind
        )),
        [_] => None,
        [..] => {
            let kinds: Vec<_> = closing
                .iter()
                .map(|(event, _)| event.kind.as_str())
                .collect();
            Some(format!(
                "closed {} times: {}",
                kinds.len(),
                kinds.join(", ")
            ))
        }
    }
}

/// Compares the client's view with the execution.
fn client_view(workflow: Workflow<'_>, execution: &Execution) -> Option<String> {
    let WorkflowOutcome::Closed(close) = workflow.iteration.outcome() else {
        return None;
    };
    if close.status != execution.status {
        let actual = execution.status;
        return Some(format!(
            "the client saw {}, but Describe reports {actual}",
            close.status
        ));
    }
    (close.result != execution.result)
        .then(|| "the client saw a different result than the history has".to_owned())
}

fn closed_as(kind: &str) -> Option<Status> {
    Some(match kind {
        "WorkflowExecutionCompleted" => Status::Completed,
        "WorkflowExecutionFailed" => Status::Failed,
        "WorkflowExecutionCanceled" => Status::Canceled,
        "WorkflowExecutionTerminated" => Status::Terminated,
        "WorkflowExecutionContinuedAsNew" => Status::ContinuedAsNew,
        "WorkflowExecutionTimedOut" => Status::TimedOut,
        _ => return None,
    })
}
