//! The executor `constant-arrival-rate`: iterations start when they are due, whatever the server
//! does.

use std::time::Duration;

use model::quantity::Rate;
use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use super::attempt::Lane;
use super::batches::Batches;
use super::tasks::{join, reap};
use super::unsent::Cause;
use super::{Arrivals, Schedule};

/// How long after the end of the load an arrival that was due before is still sent: a busy machine
/// wakes the generator that late, and a scenario bounds the delay of what is sent.
const GRACE: Duration = Duration::from_millis(100);

/// Starts each iteration in a task of its own at its intended time, or, where the generator is
/// late, at once. The clock's resolution is a millisecond; the delay is part of every record. What
/// the generator comes to after the end of the load is not sent any more.
pub(super) async fn run<F: Frontend>(
    lane: Lane<F>,
    rate: Rate,
    arrivals: Arrivals,
    max_in_flight: u32,
) {
    let timeline = &lane.run.timeline;
    let schedule = Schedule::new(arrivals, rate, timeline.length(), lane.workload.seed);
    let mut batches = Batches::new(&lane);
    let mut in_flight = JoinSet::new();
    let mut ended = false;
    for (sequence, offset) in (0..).zip(schedule) {
        let intended = timeline.begin() + offset;
        batches.close_before(intended);
        if !wait_until(&lane, intended).await {
            break;
        }
        ended = ended || lane.now() >= timeline.end() + GRACE;
        reap(&mut in_flight);
        if ended {
            batches.add(Cause::LoadEnded, sequence, intended);
        } else if in_flight.len() >= max_in_flight as usize {
            batches.add(Cause::MaxInFlight, sequence, intended);
        } else {
            batches.close();
            let lane = lane.clone();
            in_flight.spawn(async move {
                lane.carry_out(sequence, intended).await;
            });
        }
    }
    batches.close();
    join(&mut in_flight).await;
}

/// Waits until an arrival is due; false if the run is over before. A generator that is behind has
/// nothing to wait for, and lets others have their turn now and then.
async fn wait_until<F: Frontend>(lane: &Lane<F>, intended: Duration) -> bool {
    let due = lane.run.epoch + intended;
    if due > Instant::now() {
        let due = sleep_until(due);
        return lane.run.cancel.run_until_cancelled(due).await.is_some();
    }
    consume_budget().await;
    !lane.run.cancel.is_cancelled()
}
