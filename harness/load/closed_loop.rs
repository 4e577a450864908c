//! The executors with a concurrency: virtual users, each starting a workflow when its previous one has
//! closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout_at};

use super::Curve;
use super::generator::Generator;
use super::tasks::join;

/// How long a user waits after an iteration whose workflow did not close. If the server is down,
/// calls fail at once, and a loop without this pause would run hot.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Runs the users through the whole timeline. The intended start of an iteration is its actual start,
/// so a slow server gets less load. Use an open loop to measure the latency that users would see. A
/// user who waits for the limit of starts has not started yet, so that this wait is neither latency
/// nor a delay of the generator.
pub(super) async fn run<F: Frontend>(generator: Generator<F>, users: Curve) {
    let sequence = Arc::new(AtomicU64::new(0));
    let users = Arc::new(users);
    let most = users.greatest_before(generator.run.timeline.length().as_secs_f64());
    let mut tasks = JoinSet::new();
    for number in (1..).take_while(|number| f64::from(*number) <= most) {
        let user = User {
            generator: generator.clone(),
            sequence: Arc::clone(&sequence),
            users: Arc::clone(&users),
            number,
        };
        tasks.spawn(user.run());
    }
    join(&mut tasks).await;
}

/// A virtual user. It is there while there are at least `number` users.
struct User<F> {
    generator: Generator<F>,
    sequence: Arc<AtomicU64>,
    users: Arc<Curve>,
    number: u32,
}

impl<F: Frontend> User<F> {
    async fn run(self) {
        let Self { generator, .. } = &self;
        while self.wait_for_turn().await && is_admitted(generator).await {
            let intended = generator.now();
            if intended >= generator.run.timeline.end() || generator.run.cancel.is_cancelled() {
                break;
            }
            // The limit may have held the user back until there are fewer users.
            let since = intended.saturating_sub(generator.run.timeline.begin());
            if self.users.at(since.as_secs_f64()) < f64::from(self.number) {
                continue;
            }
            let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
            if !generator.run_iteration(sequence, intended).await {
                let pause = sleep(PAUSE_AFTER_FAILURE);
                generator.run.cancel.run_until_cancelled(pause).await;
            }
        }
    }

    /// Waits until there are enough users for this one. False if there never are again before the load
    /// ends, or the run is cancelled.
    async fn wait_for_turn(&self) -> bool {
        let run = &self.generator.run;
        let begin = run.timeline.begin();
        let from = self.generator.now().saturating_sub(begin).as_secs_f64();
        let turn = self.users.when_at_least(self.number.into(), from);
        let turn = turn.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let Some(turn) = turn.filter(|turn| *turn < run.timeline.length()) else {
            return false;
        };
        let due = sleep_until(run.epoch + begin + turn);
        run.cancel.run_until_cancelled(due).await.is_some()
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
