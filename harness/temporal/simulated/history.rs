//! The histories of simulated workflows: a hello world with one activity. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::Defect;
use crate::HistoryEvent;

/// The events of a completed hello world.
const KINDS: [&str; 11] = [
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
    CLOSE,
];
/// The events of a workflow whose type the worker does not know.
const UNREGISTERED: [&str; 4] = [KINDS[0], KINDS[1], KINDS[2], FAILED];
const FAILED: &str = "WorkflowTaskFailed";
const CLOSE: &str = "WorkflowExecutionCompleted";

/// Number of events while the activity is under way.
const BEFORE_CLOSE: usize = 5;

/// The history of a workflow that started at `created` and closed at `closed`, or is still running.
/// Both times count from the creation of the frontend.
pub(super) fn history(
    created: Duration,
    closed: Option<Duration>,
    defect: Option<&Defect>,
) -> Vec<HistoryEvent> {
    let kinds = match (closed, defect) {
        (Some(_), _) => KINDS.as_slice(),
        (None, Some(Defect::Unregistered)) => &UNREGISTERED,
        (None, _) => &KINDS[..BEFORE_CLOSE],
    };
    let again = (closed.is_some() && defect == Some(&Defect::ClosesTwice)).then_some(CLOSE);
    let mut next_id = 0;
    let event = |kind: &str| {
        next_id += 1;
        if next_id == 5 && defect == Some(&Defect::SkipsEventId) {
            next_id += 1;
        }
        HistoryEvent {
            id: next_id,
            kind: kind.to_owned(),
            at: timestamp(if kind == CLOSE {
                closed.unwrap_or(created)
            } else {
                created
            }),
            failure: (kind == FAILED)
                .then(|| "workflow task failed: unable to find workflow type: Workflow".to_owned()),
        }
    };
    kinds.iter().copied().chain(again).map(event).collect()
}

/// The simulated time begins at the Unix epoch.
fn timestamp(offset: Duration) -> Timestamp {
    Timestamp::UNIX_EPOCH
        .checked_add(offset)
        .expect("the offset fits in a timestamp")
}
