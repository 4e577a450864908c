//! The executor `constant-arrival-rate`: operations start when they are due, whatever the server
//! does.

use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::attempt::Lane;
use super::driver::{join, reap};
use super::{Arrivals, Schedule};
use crate::quantity::Rate;
use crate::temporal::Frontend;

/// Starts each operation in a task of its own at its intended time, or, where the generator is
/// late, at once. The clock's resolution is a millisecond; the delay is part of every record.
pub(super) async fn run<F: Frontend>(
    lane: Lane<F>,
    rate: Rate,
    arrivals: Arrivals,
    max_in_flight: u32,
) {
    let timeline = &lane.run.timeline;
    let schedule = Schedule::new(arrivals, rate, timeline.length(), lane.workload.seed);
    let mut in_flight = JoinSet::new();
    for (sequence, offset) in (0..).zip(schedule) {
        let intended = timeline.begin() + offset;
        let due = sleep_until(lane.run.epoch + intended);
        if lane.run.cancel.run_until_cancelled(due).await.is_none() {
            break;
        }
        reap(&mut in_flight);
        if in_flight.len() >= max_in_flight as usize {
            lane.drop_arrival(sequence, intended);
        } else {
            let lane = lane.clone();
            in_flight.spawn(async move {
                lane.carry_out(sequence, intended).await;
            });
        }
    }
    join(&mut in_flight).await;
}
