//! Offers the load of a whole run to a frontend and hands out a record of every iteration.

use std::sync::Arc;

use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::attempt::Lane;
use super::tasks::join;
use super::{Executor, Run, WakingTime, Workload, closed_loop, open_loop};

/// Runs workloads side by side through all loaded phases, then drains them.
///
/// Returns when every iteration has its record: at the latest when the drain is over. Iterations
/// that are then still under way are recorded as open or unknown; what became of them is for the
/// history to tell. What is left of the drain is returned: it is what remains to wait for them.
pub async fn drive<F: Frontend>(frontend: &F, workloads: Vec<Workload>, run: Run) -> WakingTime {
    let give_up = run.cancel.child_token();
    let mut drain = WakingTime::new(run.drain);
    let end = run.epoch + run.timeline.end();
    let run = Arc::new(run);
    let mut tasks = JoinSet::new();
    for workload in workloads {
        let lane = Lane {
            frontend: frontend.clone(),
            workload: Arc::new(workload),
            run: Arc::clone(&run),
            give_up: give_up.clone(),
        };
        tasks.spawn(execute(lane));
    }
    // The drain begins when the end of the load is noticed: a process that was stopped meanwhile
    // notices it late, and has waited for nothing until then.
    let drained = async {
        sleep_until(end).await;
        drain.run_out().await;
    };
    tokio::select! {
        biased;
        () = join(&mut tasks) => {}
        () = drained => {
            give_up.cancel();
            join(&mut tasks).await;
        }
    }
    drain
}

async fn execute<F: Frontend>(lane: Lane<F>) {
    match lane.workload.executor {
        Executor::ConstantConcurrency { users } => closed_loop::run(lane, users).await,
        Executor::ConstantArrivalRate {
            rate,
            arrivals,
            max_in_flight,
        } => open_loop::run(lane, rate, arrivals, max_in_flight).await,
    }
}

#[cfg(test)]
mod behind;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
