//! The executors with an arrival rate: iterations start when they are due, however slow the server
//! is.

use std::time::Duration;

use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use super::batches::Batches;
use super::generator::Generator;
use super::tasks::{join, reap};
use super::unsent::Cause;
use super::{Arrivals, Curve, Schedule};

/// From this delay on, an arrival is sent only if the limit of workflow starts admits it.
const LATE: Duration = Duration::from_secs(1);

/// Starts each iteration in its own task at its intended time, or at once if the generator is late.
/// The clock's resolution is a millisecond; every record contains the delay. Arrivals that the
/// generator reaches after the load has ended, later than its delay may be, are not sent.
pub(super) async fn run<F: Frontend>(
    generator: Generator<F>,
    rate: Curve,
    arrivals: Arrivals,
    max_in_flight: u32,
) {
    let timeline = &generator.run.timeline;
    let schedule = Schedule::new(
        arrivals,
        rate,
        timeline.length(),
        generator.workload.workload.seed,
    );
    let mut batches = Batches::new(&generator);
    let mut in_flight = JoinSet::new();
    let end = timeline.end() + generator.run.greatest_delay;
    let mut ended = false;
    for (sequence, offset) in (0..).zip(schedule) {
        let intended = timeline.begin() + offset;
        batches.close_before(intended);
        if !wait_until(&generator, intended).await {
            break;
        }
        ended = ended || generator.now() >= end;
        reap(&mut in_flight);
        if ended {
            batches.add(Cause::LoadEnded, sequence, intended);
        } else if in_flight.len() >= max_in_flight as usize {
            batches.add(Cause::MaxInFlight, sequence, intended);
        } else if !admits(&generator, intended) {
            batches.add(Cause::RateLimit, sequence, intended);
        } else {
            batches.close();
            let generator = generator.clone();
            in_flight.spawn(async move {
                generator.run_iteration(sequence, intended).await;
            });
        }
    }
    batches.close();
    join(&mut in_flight).await;
}

/// Whether an arrival is within the limit of workflow starts. An arrival in time always is: the rate
/// is checked before the run, and a delay would be measured as latency. After a pause of the
/// generator, all arrivals of the pause are due at once.
fn admits<F: Frontend>(generator: &Generator<F>, intended: Duration) -> bool {
    let Some(limit) = &generator.run.limit else {
        return true;
    };
    if generator.now() < intended + LATE {
        limit.count();
        return true;
    }
    limit.admits_now()
}

/// Waits until an arrival is due; false if the run is cancelled before. A generator that is behind
/// does not wait, so it yields to other tasks from time to time.
async fn wait_until<F: Frontend>(generator: &Generator<F>, intended: Duration) -> bool {
    let due = generator.run.epoch + intended;
    if due > Instant::now() {
        let due = sleep_until(due);
        return generator
            .run
            .cancel
            .run_until_cancelled(due)
            .await
            .is_some();
    }
    consume_budget().await;
    !generator.run.cancel.is_cancelled()
}
