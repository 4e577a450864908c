//! Reads back what the server has of every workflow that was or may have been started.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, sleep, timeout_at};

use crate::check::{Evidence, Reading};
use crate::load::{Operation, Outcome};
use crate::temporal::{ExecutionKey, Frontend, Status};

/// How many executions are read at a time.
const CONCURRENCY: usize = 16;
/// How long all of it may take.
const DEADLINE: Duration = Duration::from_mins(2);
/// How long one answer may take.
const CALL_DEADLINE: Duration = Duration::from_secs(10);
/// How often a call that failed is made again, and after which pause.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// Reads the executions. Workflows that their clients gave up on are first waited for, all
/// together no longer than `settle`.
pub(super) async fn gather<F: Frontend>(
    frontend: &F,
    operations: &[Operation],
    settle: Duration,
) -> BTreeMap<String, Reading> {
    let settled = Instant::now() + settle;
    let deadline = settled + DEADLINE;
    let keys: Vec<_> = Evidence::questionable(operations)
        .map(|operation| {
            (
                key(operation),
                matches!(operation.outcome, Outcome::Open(_)),
            )
        })
        .collect();
    stream::iter(keys)
        .map(|(key, open)| async move {
            let id = key.workflow_id.clone();
            let left = settled.saturating_duration_since(Instant::now());
            if open && !left.is_zero() {
                // How it closed is read from its history.
                let _ = frontend.wait_for_close(key.clone(), left).await;
            }
            let reading = timeout_at(deadline, read(frontend, key)).await;
            let late = |_| Reading::Unreadable("there was no time left to read it".to_owned());
            (id, reading.unwrap_or_else(late))
        })
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await
}

fn key(operation: &Operation) -> ExecutionKey {
    ExecutionKey {
        workflow_id: operation.workflow_id.clone(),
        run_id: operation.run_id.clone().unwrap_or_default(),
    }
}

/// Reads the latest run of a workflow id, so that a second run does not go unseen. Where that is
/// not the acknowledged one, the acknowledged run is the answer only if it was continued as new.
async fn read<F: Frontend>(frontend: &F, acknowledged: ExecutionKey) -> Reading {
    let latest = ExecutionKey {
        run_id: String::new(),
        ..acknowledged.clone()
    };
    let found = match read_run(frontend, latest).await {
        Reading::Found(found) => found,
        other @ (Reading::Absent | Reading::Unreadable(_)) => return other,
    };
    if acknowledged.run_id.is_empty() || acknowledged.run_id == found.key.run_id {
        return Reading::Found(found);
    }
    match read_run(frontend, acknowledged).await {
        Reading::Found(first) if first.status == Status::ContinuedAsNew => Reading::Found(first),
        Reading::Found(_) | Reading::Absent => Reading::Found(found),
        unreadable @ Reading::Unreadable(_) => unreadable,
    }
}

async fn read_run<F: Frontend>(frontend: &F, key: ExecutionKey) -> Reading {
    let mut attempt = 1;
    loop {
        match frontend.execution(key.clone(), CALL_DEADLINE).await {
            Ok(Some(execution)) => return Reading::Found(execution),
            Ok(None) => return Reading::Absent,
            Err(error) if attempt == ATTEMPTS => return Reading::Unreadable(error.to_string()),
            Err(_) => sleep(PAUSE).await,
        }
        attempt += 1;
    }
}
