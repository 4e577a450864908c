//! The histories of simulated workflows: a hello world with one activity. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::Defect;
use crate::{HistoryEvent, Status};

/// The events of a hello world, without the closing one.
const KINDS: [&str; 10] = [
    "WorkflowExecutionStarted",
    "WorkflowTaskScheduled",
    "WorkflowTaskStarted",
    "WorkflowTaskCompleted",
    "ActivityTaskScheduled",
    "ActivityTaskStarted",
    "ActivityTaskCompleted",
    "WorkflowTaskScheduled",
    "WorkflowTaskStarted",
    "WorkflowTaskCompleted",
];
/// The events of a workflow whose type the worker does not know.
const UNREGISTERED: [&str; 4] = [KINDS[0], KINDS[1], KINDS[2], FAILED];
const FAILED: &str = "WorkflowTaskFailed";

/// Number of events while the activity is under way.
const BEFORE_CLOSE: usize = 5;

/// The history of a workflow that started at `created` and closed at some time in some way, or is still
/// running. Both times count from the creation of the frontend.
pub(super) fn history(
    created: Duration,
    closed: Option<(Duration, Status)>,
    defect: Option<&Defect>,
) -> Vec<HistoryEvent> {
    let kinds = match (closed, defect) {
        (Some((_, Status::Completed)), _) => KINDS.as_slice(),
        (None, Some(Defect::Unregistered)) => &UNREGISTERED,
        (None | Some(_), _) => &KINDS[..BEFORE_CLOSE],
    };
    let times = match defect {
        Some(Defect::ClosesTwice) => 2,
        _ => 1,
    };
    let close = closed.map(|(at, status)| (close(status), at));
    let mut next_id = 0;
    let event = |(kind, at): (&str, Duration)| {
        next_id += 1;
        if next_id == 5 && defect == Some(&Defect::SkipsEventId) {
            next_id += 1;
        }
        HistoryEvent {
            id: next_id,
            kind: kind.to_owned(),
            at: timestamp(at),
            failure: (kind == FAILED)
                .then(|| "workflow task failed: unable to find workflow type: Workflow".to_owned()),
        }
    };
    let before = kinds.iter().map(|kind| (*kind, created));
    let last = close
        .into_iter()
        .flat_map(|close| std::iter::repeat_n(close, times));
    before.chain(last).map(event).collect()
}

/// The event with which a workflow closes.
fn close(status: Status) -> &'static str {
    match status {
        Status::Running | Status::Completed => "WorkflowExecutionCompleted",
        Status::Failed => "WorkflowExecutionFailed",
        Status::Canceled => "WorkflowExecutionCanceled",
        Status::Terminated => "WorkflowExecutionTerminated",
        Status::ContinuedAsNew => "WorkflowExecutionContinuedAsNew",
        Status::TimedOut => "WorkflowExecutionTimedOut",
    }
}

/// The simulated time begins at the Unix epoch.
fn timestamp(offset: Duration) -> Timestamp {
    Timestamp::UNIX_EPOCH
        .checked_add(offset)
        .expect("the offset fits in a timestamp")
}
