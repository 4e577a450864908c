//! The part of a run under load: runs iterations, phases and faults concurrently on one clock.

use std::cell::RefCell;

use backend::Backend;
use backend::event::{Ending, Kind};
use load::{CompiledWorkload, Iteration, Pulse, StartLimit, WakingTime};
use model::quantity::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use super::chaos::{Chaos, FaultState};
use super::histories::Histories;
use super::hopeless::until_hopeless;
use super::model::Phase;
use super::plan::{PlannedPhase, RunPlan};
use super::run::Stage;
use super::steady::{is_met, steady_state};
use super::tally::Tally;

pub(super) struct Loaded {
    /// The state of each fault, in the order of the plan.
    pub(super) faults: Vec<FaultState>,
    pub(super) ending: Ending,
    /// What is left of the drain.
    pub(super) drain: WakingTime,
    /// The longest time for which the harness could not run.
    pub(super) longest_stop: Duration,
}

/// Offers the load of all phases and injects the faults.
pub(super) async fn offer<B: Backend>(
    stage: &Stage<'_, B>,
    frontend: &B::Frontend,
    histories: &mut Histories<'_, B::Frontend>,
) -> Loaded {
    let Stage {
        plan,
        context,
        epoch,
        ..
    } = *stage;
    let stop = context.shutdown.child_token();
    let (over, healed) = (CancellationToken::new(), CancellationToken::new());
    let hopeless = CancellationToken::new();
    let (records, received) = unbounded_channel();
    let load = load::Run {
        timeline: plan.timeline(),
        epoch,
        greatest_delay: plan.generator_delay.as_std(),
        drain: plan.drain.as_std(),
        records,
        progress: stage.progress.clone(),
        limit: StartLimit::shared(plan.starts_per_second),
        hopeless: hopeless.clone(),
        cancel: stop.clone(),
    };
    let baseline = plan.phase(Phase::Baseline);
    let baseline = baseline.filter(|_| plan.steady_state.is_some());
    let tally = baseline.map(|planned| RefCell::new(Tally::new(planned.clone())));
    let chaos = Chaos {
        plan,
        context,
        epoch,
        stop: &stop,
    };
    let (narrator, pulse) = (stage.narrator(), Pulse::default());
    let (drain, (), (faults, is_steady), (), (), (), _) = tokio::join!(
        async {
            let drain = load::drive(frontend, compiled(plan), load).await;
            over.cancel();
            drain
        },
        collect(stage, received, tally.as_ref()),
        async {
            let is_steady = match baseline.zip(tally.as_ref()) {
                Some((planned, tally)) => is_steady(stage, planned, tally, &stop).await,
                None => true,
            };
            if !is_steady {
                stop.cancel();
            }
            let faults = chaos.run().await;
            if !faults.contains(&FaultState::Open) {
                healed.cancel();
            }
            (faults, is_steady)
        },
        narrator.phases(&stop, &over),
        pulse.beat(&over),
        async {
            if over.run_until_cancelled(healed.cancelled()).await.is_some() {
                histories.follow(&over).await;
            }
        },
        over.run_until_cancelled(give_up(stage, frontend, &healed, &hopeless)),
    );
    let ending = match is_steady {
        _ if context.shutdown.is_cancelled() => Ending::Interrupted,
        true => Ending::Complete,
        false => Ending::NotSteady,
    };
    Loaded {
        faults,
        ending,
        drain,
        longest_stop: pulse.longest_stop().into(),
    }
}

/// Ends the drain once no workflow can close. A fault that is not healed may be why none closes.
async fn give_up<B: Backend>(
    stage: &Stage<'_, B>,
    frontend: &B::Frontend,
    healed: &CancellationToken,
    hopeless: &CancellationToken,
) {
    healed.cancelled().await;
    sleep_until(stage.epoch + stage.plan.timeline().end()).await;
    until_hopeless(stage.plan, frontend, &stage.progress).await;
    hopeless.cancel();
}

/// Records each iteration that ends.
async fn collect<B>(
    stage: &Stage<'_, B>,
    mut received: UnboundedReceiver<Iteration>,
    baseline: Option<&RefCell<Tally>>,
) {
    while let Some(iteration) = received.recv().await {
        stage.recorder.iteration(&iteration);
        if let Some(baseline) = baseline {
            baseline.borrow_mut().add(&iteration);
        }
    }
}

/// Judges the steady state at the end of the baseline, with the iterations known by then. If the run
/// is stopped before, returns true without judging.
async fn is_steady<B: Backend>(
    stage: &Stage<'_, B>,
    baseline: &PlannedPhase,
    tally: &RefCell<Tally>,
    stop: &CancellationToken,
) -> bool {
    let end = stage.epoch + baseline.offset.as_std() + baseline.length.as_std();
    if stop.run_until_cancelled(sleep_until(end)).await.is_none() {
        return true;
    }
    let at = stage.epoch.elapsed();
    let mut tally = tally.borrow().clone();
    for intended in stage.progress.under_way() {
        tally.add_under_way(intended, at);
    }
    let met = is_met(&steady_state(stage.plan, &tally.finish()));
    stage.context.events.send(Kind::SteadyStateJudged {
        met,
        offset_ms: at.into(),
    });
    met
}

/// The workloads with their templates compiled.
fn compiled(plan: &RunPlan) -> Vec<CompiledWorkload> {
    let workloads = plan.workloads.iter().cloned();
    let compiled = workloads.map(CompiledWorkload::new);
    compiled
        .collect::<Result<_, _>>()
        .expect("the templates of a validated scenario can be compiled")
}
