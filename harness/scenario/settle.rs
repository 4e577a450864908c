//! Waits for workflows that were open when their client stopped waiting. The verdict rests on the state
//! of a workflow at the end of the drain, not on what its client saw. Workflows whose client did not make
//! all its calls are terminated.

use std::time::Duration;

use archive::{Archive, Error};
use backend::event::Events;
use base::news::Progress;
use futures_util::{StreamExt as _, stream};
use load::{ABANDONED, Iteration, WakingTime};
use temporal::backoff::Pace;
use temporal::{ExecutionKey, Frontend, Op};

use super::histories::{CONCURRENCY, is_error_or, key};

/// The deadline of one call that waits for a workflow; the call is then repeated.
const TURN: Duration = Duration::from_mins(1);

/// How long workflows may take to be terminated, also after the drain.
const TERMINATION: Duration = Duration::from_secs(30);

/// Waits until each of the `open` workflows is closed or the drain is over. Their histories are read
/// later and say how they closed.
pub(super) async fn settle<F: Frontend>(
    scenario: &str,
    frontend: &F,
    (archive, open): (&Archive, u64),
    drain: &mut WakingTime,
    events: &Events,
) -> Result<(), Error> {
    if open == 0 || drain.left().is_zero() {
        return Ok(());
    }
    let what = format!("{scenario}: waiting for open workflows to close");
    let mut progress = Progress::of_pieces(what, events.listener());
    progress.at(0, Some(open));
    let iterations = archive.iterations()?;
    let may_be_open = iterations.filter(|it| is_error_or(it, Iteration::may_be_open));
    let mut closing = stream::iter(may_be_open)
        .map(async |iteration| {
            let key = key(&iteration?);
            let workflow_id = key.workflow_id.clone();
            // A refusal means that the server does not know the workflow.
            answered(frontend, &workflow_id, Op::AwaitResult(key), TURN).await;
            Ok(())
        })
        .buffer_unordered(CONCURRENCY);
    let all = async {
        let mut done = 0;
        while let Some(closed) = closing.next().await {
            closed?;
            done += 1;
            progress.at(done, Some(open));
        }
        Ok(())
    };
    tokio::select! {
        biased;
        closed = all => {
            closed?;
            progress.finish();
        }
        () = drain.run_out() => {}
    }
    Ok(())
}

/// Terminates workflows whose client did not make all its calls.
pub(super) async fn terminate_unfinished<F: Frontend>(
    frontend: &F,
    archive: &Archive,
) -> Result<(), Error> {
    let iterations = archive.iterations()?;
    let unfinished = iterations.filter(|it| is_error_or(it, |iteration| iteration.unfinished));
    let mut ending = stream::iter(unfinished)
        .map(async |iteration| {
            let execution = ExecutionKey {
                run_id: String::new(),
                ..key(&iteration?)
            };
            let workflow_id = execution.workflow_id.clone();
            let reason = ABANDONED.to_owned();
            let op = Op::Terminate { execution, reason };
            // A refusal means that the workflow is closed or does not exist.
            answered(frontend, &workflow_id, op, TERMINATION).await;
            Ok(())
        })
        .buffer_unordered(CONCURRENCY);
    let all = async {
        while let Some(ended) = ending.next().await {
            ended?;
        }
        Ok(())
    };
    let mut time = WakingTime::new(TERMINATION);
    tokio::select! {
        biased;
        ended = all => ended,
        () = time.run_out() => Ok(()),
    }
}

/// Makes a call until it has an answer. A refusal is one; other errors are waited out.
async fn answered<F: Frontend>(frontend: &F, workflow_id: &str, op: Op, deadline: Duration) {
    let mut pace = Pace::new(workflow_id);
    loop {
        let answer = frontend.call(op.clone(), deadline).await;
        match answer.into_result() {
            Err(error) if error.is_passing() => pace.wait().await,
            Ok(_) | Err(_) => return,
        }
    }
}
