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
