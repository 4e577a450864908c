//! Protocol failures as one line for people. Pure. Payloads are left out.

use base::log_tail::shortened;
use temporalio_common::protos::temporal::api::enums::v1::{RetryState, TimeoutType};
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

/// Maximum length of a line, in characters.
const LONGEST: usize = 600;

/// A failure and its causes, from the outermost to the root.
pub(super) fn message(failure: &Failure) -> String {
    let mut text = one(failure);
    let mut cause = failure.cause.as_deref();
    while let Some(failure) = cause {
        text.push_str(": ");
        text.push_str(&one(failure));
        cause = failure.cause.as_deref();
    }
    line(&text)
}

/// A text as one line of bounded length.
pub(super) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    shortened(&words.join(" "), LONGEST)
}

/// A failure without its causes: its message, and details that the message does not contain.
fn one(failure: &Failure) -> String {
    let message = match failure.message.trim() {
        "" => "no message",
        message => message,
    };
    let more = failure.failure_info.as_ref().and_then(about);
    match more.filter(|more| !message.contains(more.as_str())) {
        Some(more) => format!("{message} ({more})"),
        None => message.to_owned(),
    }
}

fn about(info: &FailureInfo) -> Option<String> {
    match info {
        FailureInfo::TimeoutFailureInfo(timed_out) => timeout(timed_out.timeout_type()),
        FailureInfo::ActivityFailureInfo(activity) => {
            let name = activity.activity_type.as_ref().map(|it| it.name.as_str());
            Some(text_of("activity", name, activity.retry_state()))
        }
        FailureInfo::ChildWorkflowExecutionFailureInfo(child) => {
            let name = child.workflow_type.as_ref().map(|it| it.name.as_str());
            Some(text_of("child workflow", name, child.retry_state()))
        }
        FailureInfo::NexusOperationExecutionFailureInfo(nexus) => {
            Some(format!("nexus operation `{}`", nexus.operation))
        }
        FailureInfo::ApplicationFailureInfo(application) if !application.r#type.is_empty() => {
            Some(application.r#type.clone())
        }
        _ => None,
    }
}

fn text_of(kind: &str, name: Option<&str>, state: RetryState) -> String {
    let name = name.unwrap_or_default();
    match retry(state) {
        Some(state) => format!("{kind} `{name}`, {state}"),
        None => format!("{kind} `{name}`"),
    }
}

/// The type of a timeout, such as `start-to-close timeout`.
pub(super) fn timeout(kind: TimeoutType) -> Option<String> {
    let kind = match kind {
        TimeoutType::Unspecified => return None,
        TimeoutType::StartToClose => "start-to-close",
        TimeoutType::ScheduleToStart => "schedule-to-start",
        TimeoutType::ScheduleToClose => "schedule-to-close",
        TimeoutType::Heartbeat => "heartbeat",
    };
    Some(format!("{kind} timeout"))
}

/// Why there is no further retry; `None` if there is one, or no retry policy.
pub(super) fn retry(state: RetryState) -> Option<&'static str> {
    match state {
        RetryState::Unspecified | RetryState::InProgress | RetryState::RetryPolicyNotSet => None,
        RetryState::NonRetryableFailure => Some("not retryable"),
        RetryState::Timeout => Some("no time left for a retry"),
        RetryState::MaximumAttemptsReached => Some("maximum attempts reached"),
        RetryState::InternalServerError => Some("internal server error"),
        RetryState::CancelRequested => Some("cancel requested"),
    }
}

#[cfg(test)]
mod tests {
    use temporalio_common::protos::temporal::api::common::v1::ActivityType;
    use temporalio_common::protos::temporal::api::failure::v1::{
        ActivityFailureInfo, ApplicationFailureInfo, TimeoutFailureInfo,
    };

    use super::*;

    fn failure(message: &str, info: Option<FailureInfo>, cause: Option<Failure>) -> Failure {
        Failure {
            message: message.to_owned(),
            failure_info: info,
            cause: cause.map(Box::new),
            ..Failure::default()
        }
    }

    #[test]
    fn a_failure_is_shown_with_all_its_causes() {
        let root = failure("connection refused", None, None);
        let failure = failure("activity failed", None, Some(root));
        assert_eq!(message(&failure), "activity failed: connection refused");
    }

    #[test]
    fn details_that_a_message_does_not_contain_are_added_to_it() {
        let timed_out = FailureInfo::TimeoutFailureInfo(TimeoutFailureInfo {
            timeout_type: TimeoutType::StartToClose.into(),
            ..TimeoutFailureInfo::default()
        });
        let activity = FailureInfo::ActivityFailureInfo(ActivityFailureInfo {
            activity_type: Some(ActivityType {
                name: "greet".to_owned(),
            }),
            retry_state: RetryState::MaximumAttemptsReached.into(),
            ..ActivityFailureInfo::default()
        });
        let kind = FailureInfo::ApplicationFailureInfo(ApplicationFailureInfo {
            r#type: "ValueError".to_owned(),
            ..ApplicationFailureInfo::default()
        });
        let root = failure("", Some(kind), None);
        let timed_out = failure("activity timed out", Some(timed_out), Some(root));
        let whole = failure("Activity task failed", Some(activity), Some(timed_out));
        insta::assert_snapshot!(message(&whole), @"Activity task failed (activity `greet`, maximum attempts reached): activity timed out (start-to-close timeout): no message (ValueError)");
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        let long = failure(&format!("first\nsecond\t{}", "ä".repeat(5000)), None, None);
        let text = message(&long);
        assert!(text.starts_with("first second ä"), "{text}");
        assert!(text.ends_with('…'), "{text}");
        assert_eq!(text.chars().count(), LONGEST + 1);
    }
}
