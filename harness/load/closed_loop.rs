//! The executor `constant-concurrency`: so many virtual users, each starting a workflow when its
//! last one has closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::attempt::Lane;
use super::tasks::join;

/// How long a user waits after an iteration whose workflow did not close: a server that is down
/// answers at once, and a loop without this pause would only count how fast it does.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Runs the users through the whole timeline. What a user does is intended to start when it does,
/// so that a slow server is asked for less: use an open loop to learn what users would see.
pub(super) async fn run<F: Frontend>(lane: Lane<F>, users: u32) {
    let sequence = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..users {
        tasks.spawn(be_user(lane.clone(), Arc::clone(&sequence)));
    }
    join(&mut tasks).await;
}

async fn be_user<F: Frontend>(lane: Lane<F>, sequence: Arc<AtomicU64>) {
    let begin = sleep_until(lane.run.epoch + lane.run.timeline.begin());
    let mut going = lane.run.cancel.run_until_cancelled(begin).await;
    while going.is_some() {
        let intended = lane.now();
        if intended >= lane.run.timeline.end() || lane.run.cancel.is_cancelled() {
            break;
        }
        let number = sequence.fetch_add(1, Ordering::Relaxed);
        if !lane.carry_out(number, intended).await {
            let pause = sleep(PAUSE_AFTER_FAILURE);
            going = lane.run.cancel.run_until_cancelled(pause).await;
        }
    }
}
