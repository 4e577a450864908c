//! The failure in an event of a history, as one line for people. Pure.

use std::collections::BTreeMap;

use temporalio_common::protos::temporal::api::common::v1::WorkflowType;
use temporalio_common::protos::temporal::api::enums::v1::{RetryState, TimeoutType};
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;

use super::closing::close_of;
use super::failure;

/// Describes the failures in a history. Pass its events in order: only the event that scheduled an
/// activity has the activity's type.
#[derive(Debug, Default)]
pub(super) struct EventFailures {
    /// The types of activities, by the id of the event that scheduled each.
    activities: BTreeMap<i64, String>,
}

impl EventFailures {
    /// The failure in this event; `None` if it has none.
    pub(super) fn failure_of(&mut self, event: &HistoryEvent) -> Option<String> {
        let text = match event.attributes.as_ref()? {
            Attributes::ActivityTaskScheduledEventAttributes(scheduled) => {
                let kind = scheduled.activity_type.clone().unwrap_or_default();
                self.activities.insert(event.event_id, kind.name);
                return None;
            }
            Attributes::WorkflowTaskFailedEventAttributes(failed) => {
                let cause = words(failed.cause().as_str_name(), "WORKFLOW_TASK_FAILED_CAUSE_");
                describe("workflow task failed", cause, failed.failure.as_ref())
            }
            Attributes::WorkflowTaskTimedOutEventAttributes(timed_out) => {
                by_timeout("workflow task", timed_out.timeout_type())
            }
            Attributes::ActivityTaskFailedEventAttributes(failed) => {
                let what = format!("{} failed", self.activity(failed.scheduled_event_id));
                let retry = retry(failed.retry_state());
                describe(&what, retry, failed.failure.as_ref())
            }
            Attributes::ActivityTaskTimedOutEventAttributes(timed_out) => {
                let what = format!("{} timed out", self.activity(timed_out.scheduled_event_id));
                let retry = retry(timed_out.retry_state());
                describe(&what, retry, timed_out.failure.as_ref())
            }
            Attributes::ActivityTaskCanceledEventAttributes(canceled) => {
                format!(
                    "{} was canceled",
                    self.activity(canceled.scheduled_event_id)
                )
            }
            other => related_failure(other).or_else(|| close_of(event)?.failure)?,
        };
        Some(failure::line(&text))
    }

    fn activity(&self, scheduled: i64) -> String {
        let name = self.activities.get(&scheduled);
        format!("activity `{}`", name.map_or("?", String::as_str))
    }
}

/// Failures of child workflows, Nexus operations, and requests to other workflows.
fn related_failure(attributes: &Attributes) -> Option<String> {
    Some(match attributes {
        Attributes::StartChildWorkflowExecutionFailedEventAttributes(failed) => {
            let cause = failed.cause();
            let cause = words(
                cause.as_str_name(),
                "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_",
            );
            let what = format!("{} could not start", child(failed.workflow_type.as_ref()));
            describe(&what, cause, None)
        }
        Attributes::ChildWorkflowExecutionFailedEventAttributes(failed) => {
            let what = format!("{} failed", child(failed.workflow_type.as_ref()));
            describe(&what, retry(failed.retry_state()), failed.failure.as_ref())
        }
        Attributes::ChildWorkflowExecutionTimedOutEventAttributes(timed_out) => {
            let what = format!("{} timed out", child(timed_out.workflow_type.as_ref()));
            describe(&what, retry(timed_out.retry_state()), None)
        }
        Attributes::ChildWorkflowExecutionTerminatedEventAttributes(terminated) => {
            format!(
                "{} was terminated",
                child(terminated.workflow_type.as_ref())
            )
        }
        Attributes::ChildWorkflowExecutionCanceledEventAttributes(canceled) => {
            format!("{} was canceled", child(canceled.workflow_type.as_ref()))
        }
        Attributes::NexusOperationFailedEventAttributes(failed) => {
            describe("nexus operation failed", None, failed.failure.as_ref())
        }
        Attributes::NexusOperationTimedOutEventAttributes(timed_out) => describe(
            "nexus operation timed out",
            None,
            timed_out.failure.as_ref(),
        ),
        Attributes::SignalExternalWorkflowExecutionFailedEventAttributes(failed) => {
            let cause = failed.cause();
            let prefix = "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_";
            describe(
                "signal to another workflow failed",
                words(cause.as_str_name(), prefix),
                None,
            )
        }
        Attributes::RequestCancelExternalWorkflowExecutionFailedEventAttributes(failed) => {
            let cause = failed.cause();
            let prefix = "CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_";
            describe(
                "cancel of another workflow failed",
                words(cause.as_str_name(), prefix),
                None,
            )
        }
        _ => return None,
    })
}

fn child(kind: Option<&WorkflowType>) -> String {
    let name = kind.map_or("?", |kind| kind.name.as_str());
    format!("child workflow `{name}`")
}

fn retry(state: RetryState) -> Option<String> {
    failure::retry(state).map(str::to_owned)
}

fn by_timeout(what: &str, kind: TimeoutType) -> String {
    describe(&format!("{what} timed out"), failure::timeout(kind), None)
}

/// `WHAT (MORE): FAILURE`.
fn describe(what: &str, more: Option<String>, failure: Option<&Failure>) -> String {
    let more = more.map_or_else(String::new, |more| format!(" ({more})"));
    match failure.map(failure::message) {
        Some(message) => format!("{what}{more}: {message}"),
        None => format!("{what}{more}"),
    }
}

/// `PREFIX_NON_DETERMINISTIC_ERROR` as `non deterministic error`; `None` if it is unspecified.
fn words(name: &str, prefix: &str) -> Option<String> {
    let name = name.strip_prefix(prefix).unwrap_or(name);
    (name != "UNSPECIFIED").then(|| name.to_lowercase().replace('_', " "))
}
