//! How a workflow closed, from its closing event. Pure.

use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;

use super::{Close, Status, failure, payload};

/// How a workflow closed; `None` if `event` is not a closing event.
pub(super) fn close_of(event: &HistoryEvent) -> Option<Close> {
    let (status, result, failure) = match event.attributes.as_ref()? {
        Attributes::WorkflowExecutionCompletedEventAttributes(completed) => {
            let result = payload::decode(completed.result.as_ref());
            (Status::Completed, result, None)
        }
        Attributes::WorkflowExecutionFailedEventAttributes(failed) => {
            let failure = failed.failure.as_ref().map(failure::message);
            (Status::Failed, None, failure)
        }
        Attributes::WorkflowExecutionTimedOutEventAttributes(timed_out) => {
            let failure = match failure::retry(timed_out.retry_state()) {
                Some(retry) => format!("timed out ({retry})"),
                None => "timed out".to_owned(),
            };
            (Status::TimedOut, None, Some(failure))
        }
        Attributes::WorkflowExecutionTerminatedEventAttributes(terminated) => {
            let failure = failure::line(&terminated.reason);
            (Status::Terminated, None, Some(failure))
        }
        Attributes::WorkflowExecutionCanceledEventAttributes(_) => {
            (Status::Canceled, None, Some("canceled".to_owned()))
        }
        Attributes::WorkflowExecutionContinuedAsNewEventAttributes(_) => {
            (Status::ContinuedAsNew, None, None)
        }
        _ => return None,
    };
    Some(Close {
        status,
        result,
        failure,
    })
}

/// The run that goes on for one that closed with this event: it continued as new, or is retried. `None`
/// if this run has the result of the workflow.
pub(super) fn next_run(event: &HistoryEvent) -> Option<&str> {
    let next = match event.attributes.as_ref()? {
        Attributes::WorkflowExecutionContinuedAsNewEventAttributes(it) => &it.new_execution_run_id,
        Attributes::WorkflowExecutionFailedEventAttributes(it) => &it.new_execution_run_id,
        Attributes::WorkflowExecutionTimedOutEventAttributes(it) => &it.new_execution_run_id,
        _ => return None,
    };
    (!next.is_empty()).then_some(next)
}

/// The first run of the chain to which the run with these events belongs, if that is another one.
pub(super) fn first_run(events: &[HistoryEvent], run_id: &str) -> Option<String> {
    let Attributes::WorkflowExecutionStartedEventAttributes(started) =
        events.first()?.attributes.as_ref()?
    else {
        return None;
    };
    let first = &started.first_execution_run_id;
    (!first.is_empty() && first != run_id).then(|| first.clone())
}
