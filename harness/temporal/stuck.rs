//! Workflows that run and do not progress, for tests of what is said about them.

use jiff::Timestamp;

use crate::{Execution, ExecutionKey, HistoryEvent, Pending, Status};

pub(super) fn event(id: i64, kind: &str, failure: Option<&str>) -> HistoryEvent {
    HistoryEvent {
        id,
        kind: kind.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        failure: failure.map(str::to_owned),
    }
}

pub(super) fn running(history: Vec<HistoryEvent>, pending: Pending) -> Execution {
    Execution {
        key: ExecutionKey {
            workflow_id: "hello".to_owned(),
            run_id: "run".to_owned(),
        },
        first_run_id: None,
        status: Status::Running,
        history,
        result: None,
        failure: None,
        pending,
    }
}
