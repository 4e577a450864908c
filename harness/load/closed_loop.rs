//! The executor `constant-concurrency`: a fixed number of virtual users, each starting a workflow when
//! its previous one has closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout_at};

use super::generator::Generator;
use super::tasks::join;

/// How long a user waits after an iteration whose workflow did not close. If the server is down,
/// calls fail at once, and a loop without this pause would run hot.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Runs the users through the whole timeline. The intended start of an iteration is its actual start,
/// so a slow server gets less load. Use an open loop to measure the latency that users would see. A
/// user who waits for the limit of starts has not started yet, so that this wait is neither latency
/// nor a delay of the generator.
pub(super) async fn run<F: Frontend>(generator: Generator<F>, users: u32) {
    let sequence = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..users {
        tasks.spawn(run_user(generator.clone(), Arc::clone(&sequence)));
    }
    join(&mut tasks).await;
}

async fn run_user<F: Frontend>(generator: Generator<F>, sequence: Arc<AtomicU64>) {
    let begin = sleep_until(generator.run.epoch + generator.run.timeline.begin());
    let mut going = generator.run.cancel.run_until_cancelled(begin).await;
    while going.is_some() {
        if !is_admitted(&generator).await {
            break;
        }
        let intended = generator.now();
        if intended >= generator.run.timeline.end() || generator.run.cancel.is_cancelled() {
            break;
        }
        let number = sequence.fetch_add(1, Ordering::Relaxed);
        if !generator.run_iteration(number, intended).await {
            let pause = sleep(PAUSE_AFTER_FAILURE);
            going = generator.run.cancel.run_until_cancelled(pause).await;
        }
    }
}

/// Waits for the limit of starts. False if the load ends before.
async fn is_admitted<F: Frontend>(generator: &Generator<F>) -> bool {
    let Some(limit) = &generator.run.limit else {
        return true;
    };
    let end = generator.run.epoch + generator.run.timeline.end();
    let admitted = timeout_at(end, limit.admit());
    let admitted = generator.run.cancel.run_until_cancelled(admitted).await;
    matches!(admitted, Some(Ok(())))
}
