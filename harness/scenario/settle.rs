//! Waits for what was still open when its client no longer waited: what is judged is where a
//! workflow stands at the end of the drain, and not what its client saw.

use std::time::Duration;

use archive::{Archive, Error};
use backend::event::Events;
use base::news::Progress;
use futures_util::{StreamExt as _, stream};
use load::{Iteration, WakingTime};
use temporal::backoff::Pace;
use temporal::{ExecutionKey, Frontend, Op};

use super::histories::{CONCURRENCY, is_error_or, key};

/// How long the server is asked about one workflow before it is asked anew.
const TURN: Duration = Duration::from_mins(1);

/// Waits until each of so many workflows whose close was not seen is closed, or the drain is over.
/// How they closed is read from their histories.
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
    let what = format!("{scenario}: workflows that were still open are closed");
    let mut progress = Progress::of_pieces(what, events.listener());
    progress.at(0, Some(open));
    let iterations = archive.iterations()?;
    let may_be_open = iterations.filter(|it| is_error_or(it, Iteration::may_be_open));
    let mut closing = stream::iter(may_be_open)
        .map(async |iteration| {
            until_closed(frontend, key(&iteration?)).await;
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

/// Waits until a workflow is closed, or the server says that there is none. Whatever can pass is
/// waited out, a deadline that was over because this process was stopped as well.
async fn until_closed<F: Frontend>(frontend: &F, key: ExecutionKey) {
    let mut pace = Pace::new(&key.workflow_id);
    loop {
        let answer = frontend.call(Op::AwaitResult(key.clone()), TURN).await;
        match answer.into_result() {
            Err(error) if error.is_passing() => pace.wait().await,
            Ok(_) | Err(_) => return,
        }
    }
}
