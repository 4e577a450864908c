//! Waits for what was still open when its client no longer waited: what is judged is where a
//! workflow stands at the end of the drain, and not what its client saw.

use backend::event::Events;
use base::news::Progress;
use futures_util::{StreamExt as _, stream};
use load::{Operation, Outcome, WakingTime};
use temporal::backoff::Pace;
use temporal::{ExecutionKey, Frontend};

use super::gather::{CONCURRENCY, key};

/// How long the server is asked about one workflow before it is asked anew.
const TURN: std::time::Duration = std::time::Duration::from_mins(1);

/// Waits until every workflow whose close was not seen is closed, or the drain is over. How they
/// closed is read from their histories.
pub(super) async fn settle<F: Frontend>(
    scenario: &str,
    frontend: &F,
    operations: &[Operation],
    drain: &mut WakingTime,
    events: &Events,
) {
    let open: Vec<_> = operations.iter().filter(|it| may_be_open(it)).collect();
    if open.is_empty() || drain.left().is_zero() {
        return;
    }
    let total = u64::try_from(open.len()).expect("a count fits 64 bits");
    let what = format!("{scenario}: workflows that were still open are closed");
    let mut progress = Progress::of_pieces(what, events.listener());
    progress.at(0, Some(total));
    let mut closing = stream::iter(open)
        .map(|operation| until_closed(frontend, key(operation)))
        .buffer_unordered(CONCURRENCY);
    let all = async {
        let mut done = 0;
        while let Some(()) = closing.next().await {
            done += 1;
            progress.at(done, Some(total));
        }
    };
    tokio::select! {
        biased;
        () = all => progress.finish(),
        () = drain.run_out() => {}
    }
}

/// Whether the workflow of an operation may be running for all that its client knows.
fn may_be_open(operation: &Operation) -> bool {
    match operation.outcome {
        Outcome::Open(_) | Outcome::Unknown(_) => true,
        Outcome::Closed(_) | Outcome::Dropped(_) | Outcome::NotSent(_) | Outcome::Refused(_) => {
            false
        }
    }
}

/// Waits until a workflow is closed, or the server says that there is none. Whatever can pass is
/// waited out, a deadline that was over because this process was stopped as well.
async fn until_closed<F: Frontend>(frontend: &F, key: ExecutionKey) {
    let mut pace = Pace::new(&key.workflow_id);
    loop {
        match frontend.wait_for_close(key.clone(), TURN).await {
            Err(error) if error.is_passing() => pace.wait().await,
            Ok(_) | Err(_) => return,
        }
    }
}
