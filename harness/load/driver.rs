//! Offers the load of a whole run to a frontend and sends a record of every iteration.

use std::sync::Arc;

use temporal::Frontend;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::generator::Generator;
use super::tasks::join;
use super::{CompiledWorkload, Pacing, Run, WakingTime, closed_loop, open_loop};

/// Runs workloads concurrently through all loaded phases, then drains them.
///
/// Returns when every iteration has its record, at the latest when the drain is over. Iterations
/// that are still under way then are recorded as open or unknown; only the history has their
/// outcome. Returns the rest of the drain: the time that is left to wait for them.
pub async fn drive<F: Frontend>(
    frontend: &F,
    workloads: Vec<CompiledWorkload>,
    run: Run,
) -> WakingTime {
    let give_up = run.cancel.child_token();
    let mut drain = WakingTime::new(run.drain);
    let end = run.epoch + run.timeline.end();
    let run = Arc::new(run);
    let mut tasks = JoinSet::new();
    for workload in workloads {
        let generator = Generator {
            frontend: frontend.clone(),
            workload: Arc::new(workload),
            run: Arc::clone(&run),
            give_up: give_up.clone(),
        };
        tasks.spawn(execute(generator));
    }
    // The drain begins when this process notices the end of the load. A process that was stopped
    // notices it late, and has not waited for anything until then.
    let drained = async {
        sleep_until(end).await;
        run.hopeless.run_until_cancelled(drain.run_out()).await;
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

async fn execute<F: Frontend>(generator: Generator<F>) {
    match generator.workload.workload.executor.pacing() {
        Pacing::Closed { users } => closed_loop::run(generator, users).await,
        Pacing::Open {
            rate,
            arrivals,
            max_in_flight,
        } => open_loop::run(generator, rate, arrivals, max_in_flight).await,
    }
}

#[cfg(test)]
mod behind;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod ramps;
#[cfg(test)]
mod tests;
