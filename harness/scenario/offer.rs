//! The part of a run under load: operations, phases and faults side by side on one clock.

use std::cell::RefCell;
use std::sync::Arc;

use backend::Backend;
use load::{Operation, Progress, Pulse, WakingTime};
use model::quantity::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::chaos::Chaos;
use super::context::Context;
use super::expectation::Expectation;
use super::model::Phase;
use super::narrate::Narrator;
use super::observations::Ending;
use super::plan::RunPlan;
use super::record::FaultRecord;
use super::statistics::{Seen, of_phase};
use super::steady::{is_met, steady_state};

/// What the phases under load leave behind.
pub(super) struct Loaded {
    pub(super) operations: Vec<Operation>,
    pub(super) faults: Vec<FaultRecord>,
    pub(super) steady_state: Vec<Expectation>,
    pub(super) ending: Ending,
    /// What is left of the drain.
    pub(super) drain: WakingTime,
    /// The longest time for which the harness could not run.
    pub(super) longest_stop: Duration,
    /// The moment from which all offsets count.
    pub(super) epoch: Instant,
}

/// Offers the load of all phases, and lives through the faults meanwhile.
pub(super) async fn offer<B: Backend>(
    plan: &RunPlan,
    context: Context<'_, B>,
    frontend: &B::Frontend,
) -> Loaded {
    let Context {
        events,
        watch,
        shutdown,
        ..
    } = context;
    let epoch = Instant::now();
    watch.begin(epoch);
    let stop = shutdown.child_token();
    let over = CancellationToken::new();
    let (records, received) = unbounded_channel();
    let progress = Arc::new(Progress::default());
    let load = load::Run {
        timeline: plan.timeline(),
        epoch,
        drain: plan.drain.as_std(),
        records,
        progress: Arc::clone(&progress),
        cancel: stop.clone(),
    };
    let operations = RefCell::new(Vec::new());
    let chaos = Chaos {
        plan,
        context,
        epoch,
        stop: &stop,
    };
    let narrator = Narrator {
        plan,
        events,
        epoch,
        progress: &progress,
    };
    let pulse = Pulse::default();
    let (drain, (), (faults, steady_state), (), ()) = tokio::join!(
        async {
            let drain = load::drive(frontend, plan.workloads(), load).await;
            over.cancel();
            drain
        },
        collect(received, &operations),
        async {
            let steady_state = await_steady_state(plan, &operations, &progress, epoch, &stop).await;
            if !is_met(&steady_state) {
                stop.cancel();
            }
            (chaos.run().await, steady_state)
        },
        narrator.tell(&stop, &over),
        pulse.beat(&over),
    );
    let ending = match is_met(&steady_state) {
        _ if shutdown.is_cancelled() => Ending::Interrupted,
        true => Ending::Complete,
        false => Ending::NotSteady,
    };
    Loaded {
        operations: operations.into_inner(),
        faults,
        steady_state,
        ending,
        drain,
        longest_stop: pulse.longest_stop().into(),
        epoch,
    }
}

async fn collect(mut received: UnboundedReceiver<Operation>, operations: &RefCell<Vec<Operation>>) {
    while let Some(operation) = received.recv().await {
        operations.borrow_mut().push(operation);
    }
}

/// Waits for the end of the baseline and judges it, on what is known by then. Nothing is judged
/// where no steady state is asked for, or the run is stopped before.
async fn await_steady_state(
    plan: &RunPlan,
    operations: &RefCell<Vec<Operation>>,
    progress: &Progress,
    epoch: Instant,
    stop: &CancellationToken,
) -> Vec<Expectation> {
    let Some(baseline) = plan
        .phase(Phase::Baseline)
        .filter(|_| plan.steady_state.is_some())
    else {
        return Vec::new();
    };
    let end = epoch + baseline.offset.as_std() + baseline.length.as_std();
    tokio::select! {
        () = stop.cancelled() => return Vec::new(),
        () = sleep_until(end) => {}
    }
    let operations = operations.borrow();
    let operations: Vec<&Operation> = operations.iter().collect();
    let seen = Seen {
        operations: &operations,
        under_way: &progress.under_way(),
        at: epoch.elapsed(),
    };
    steady_state(plan, &of_phase(baseline, seen))
}
