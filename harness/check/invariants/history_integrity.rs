//! History integrity: event ids are 1 to n without a gap, the first event is the start, exactly
//! one event closes and it is the last, and Describe and the client were told the same.

use load::WorkflowOutcome;
use temporal::{Execution, HistoryEvent, Status};

use crate::answer::Answer;
use crate::workflow::Workflow;

const STARTED: &str = "WorkflowExecutionStarted";

pub(in super::super) fn judge(workflow: Workflow<'_>) -> Answer {
    Answer::of_execution(workflow, |execution| {
        let fault = ids(&execution.history)
            .or_else(|| first(&execution.history))
            .or_else(|| terminal(execution))
            .or_else(|| told(workflow, execution));
        Answer::of_fault(fault)
    })
}

fn ids(history: &[HistoryEvent]) -> Option<String> {
    (1..).zip(history).find_map(|(expected, event)| {
        (event.id != expected).then(|| {
            format!(
                "event {} ({}) stands where event {expected} belongs",
                event.id, event.kind
            )
        })
    })
}

fn first(history: &[HistoryEvent]) -> Option<String> {
    match history.first() {
        None => Some("its history is empty".to_owned()),
        Some(event) if event.kind == STARTED => None,
        Some(event) => Some(format!("its history begins with {}", event.kind)),
    }
}

fn terminal(execution: &Execution) -> Option<String> {
    let described = execution.status;
    let closing: Vec<_> = execution
        .history
        .iter()
        .filter_map(|event| Some((event, closed_as(&event.kind)?)))
        .collect();
    let last = execution.history.last()?;
    match closing.as_slice() {
        [] if described == Status::Running => None,
        [] => Some(format!("Describe says {described}, but no event closes it")),
        [(event, _)] if event.id != last.id => Some(format!(
            "event {} ({}) comes after its close",
            last.id, last.kind
        )),
        [(event, status)] if *status != described => Some(format!(
            "Describe says {described}, but its last event is {}",
            event.kind
        )),
        [_] => None,
        [..] => {
            let kinds: Vec<_> = closing
                .iter()
                .map(|(event, _)| event.kind.as_str())
                .collect();
            Some(format!(
                "it closed {} times: {}",
                kinds.len(),
                kinds.join(", ")
            ))
        }
    }
}

/// A client that waits is led on to the run that continues a workflow, so its word is not about a
/// run that was continued as new.
fn told(workflow: Workflow<'_>, execution: &Execution) -> Option<String> {
    let WorkflowOutcome::Closed(close) = workflow.iteration.outcome() else {
        return None;
    };
    if execution.status == Status::ContinuedAsNew {
        return None;
    }
    if close.status != execution.status {
        let actual = execution.status;
        return Some(format!(
            "the client was told {}, but it is {actual}",
            close.status
        ));
    }
    (close.result != execution.result)
        .then(|| "the client was told another result than its history has".to_owned())
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
