//! Drives a plan: load through all phases, faults at their times, then the evidence and a verdict.
//!
//! Every fault is healed before this returns, however the run ends; what cannot be healed makes
//! the verdict `heal-failed`.

use std::collections::BTreeMap;

use backend::Backend;
use backend::death::Death;
use backend::event::{Events, Kind};
use base::causes::in_one_line;
use check::{Evidence, Reading};
use engine::fault::heal_all;
use engine::watch::Seen;
use jiff::Timestamp;
use load::{OperationLatencies, Percentiles, WakingTime};
use model::verdict::Conclusion;
use temporal::Frontend;

use super::context::Context;
use super::gather::gather;
use super::observations::{Ending, Observations};
use super::offer::{Loaded, offer};
use super::plan::RunPlan;
use super::record::FaultRecord;
use super::settle::settle;
use super::statistics::{PhaseStatistics, statistics};
use super::verdict::{Judgement, judge};

/// A run that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no frontend to send load to.
    #[error("could not connect to the Temporal frontend")]
    Connect(#[source] backend::Error),
}

/// Everything that came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// When it began.
    pub started: Timestamp,
    /// When the last of it was known.
    pub finished: Timestamp,
    /// What both sides saw of every workflow.
    pub evidence: Evidence,
    /// What each phase measured.
    pub statistics: Vec<PhaseStatistics>,
    /// How late the generator was over the whole run.
    pub generator_delay: Option<Percentiles>,
    /// What became of each fault.
    pub faults: Vec<FaultRecord>,
    /// Who died although no fault had planned it.
    pub deaths: Vec<Death>,
    /// The verdict, with all that it rests on.
    pub judgement: Judgement,
}

/// What a run leaves behind before it is judged.
struct Lived {
    loaded: Loaded,
    readings: BTreeMap<String, Reading>,
    heal_failure: Option<String>,
}

/// Runs a plan to its verdict.
pub async fn run<B: Backend>(plan: &RunPlan, context: Context<'_, B>) -> Result<Outcome, Error> {
    let (events, heard) = context.events.of_run(plan.run.clone());
    drop(heard);
    let events = &events;
    let context = Context { events, ..context };
    let Context { backend, watch, .. } = context;
    let scenario = plan.scenario.clone();
    let seed = plan.seed;
    events.send(Kind::ScenarioStarted { scenario, seed });
    let started = Timestamp::now();
    let work = Box::pin(live(plan, context));
    let lived = watch.during(backend, events, work).await;
    let outcome = conclude(plan, started, lived?, watch.end());
    let verdict = &outcome.judgement.verdict;
    events.send(Kind::ScenarioFinished {
        scenario: plan.scenario.clone(),
        verdict: Conclusion::Verdict(verdict.kind),
        reason: verdict.reason.clone(),
    });
    Ok(outcome)
}

/// Offers the load, lives through the faults, and gathers the evidence.
async fn live<B: Backend>(plan: &RunPlan, context: Context<'_, B>) -> Result<Lived, Error> {
    let namespace = context.topology.main_namespace();
    let frontend = context.backend.frontend(namespace).await;
    let frontend = frontend.map_err(Error::Connect)?;
    let mut loaded = Box::pin(offer(plan, context, &frontend)).await;
    let heal_failure = heal_rest(plan, context, &mut loaded).await;
    if heal_failure.is_none() {
        context.watch.expect_all();
    }
    begin_drain_anew(plan, &mut loaded);
    let readings = tokio::select! {
        biased;
        () = context.shutdown.cancelled() => {
            loaded.ending = Ending::Interrupted;
            BTreeMap::new()
        }
        readings = look_back(plan, &frontend, &mut loaded, context.events) => readings,
    };
    Ok(Lived {
        loaded,
        readings,
        heal_failure,
    })
}

/// Tries again to heal what is still in the journal; says why if it cannot.
async fn heal_rest<B: Backend>(
    plan: &RunPlan,
    context: Context<'_, B>,
    loaded: &mut Loaded,
) -> Option<String> {
    let healing = match heal_all(context.backend, context.journal).await {
        Ok(healing) => healing,
        Err(error) => return Some(in_one_line(&error)),
    };
    // Each record is of the fault that is planned in its place.
    let planned = plan.faults.iter().map(|planned| &planned.occurrence);
    let records = loaded.faults.iter_mut().zip(planned);
    let now_healed = records.filter(|(fault, occurrence)| {
        fault.healed.is_none() && healing.healed.contains(*occurrence)
    });
    for (fault, _) in now_healed {
        let offset = loaded.epoch.elapsed();
        fault.healed = Some(offset.into());
        context.events.send(Kind::FaultHealed {
            fault: fault.id.clone(),
            offset_ms: offset.into(),
        });
    }
    healing.failure().map(|error| in_one_line(&error))
}

/// What is broken on purpose cannot close: where a fault was healed after the end of the load, the
/// drain begins then.
fn begin_drain_anew(plan: &RunPlan, loaded: &mut Loaded) {
    let end = plan.timeline().end();
    let mut healed = loaded.faults.iter().filter_map(|fault| fault.healed);
    if healed.any(|healed| healed.as_std() > end) {
        loaded.drain = WakingTime::new(plan.drain.as_std());
    }
}

/// Waits for what its clients gave up on, with what is left of the drain, and reads back what the
/// server has.
async fn look_back<F: Frontend>(
    plan: &RunPlan,
    frontend: &F,
    loaded: &mut Loaded,
    events: &Events,
) -> BTreeMap<String, Reading> {
    let Loaded {
        operations, drain, ..
    } = loaded;
    settle(&plan.scenario, frontend, operations, drain, events).await;
    let count = Evidence::questionable(operations).count();
    events.send(Kind::Checking {
        executions: u64::try_from(count).expect("a count fits 64 bits"),
    });
    gather(&plan.scenario, frontend, operations, events).await
}

fn conclude(plan: &RunPlan, started: Timestamp, lived: Lived, watched: Seen) -> Outcome {
    let Lived {
        loaded,
        readings,
        heal_failure,
    } = lived;
    let Loaded {
        operations,
        faults,
        steady_state,
        ending,
        drain: _,
        longest_stop,
        epoch: _,
    } = loaded;
    let statistics = statistics(plan, &faults, &operations);
    let latencies: OperationLatencies = operations.iter().collect();
    let generator_delay = latencies.generator_delay.percentiles();
    let evidence = Evidence {
        operations,
        readings,
    };
    let seen = Observations {
        statistics: &statistics,
        faults: &faults,
        evidence: &evidence,
        generator_delay,
        steady_state: &steady_state,
        ending,
        longest_stop,
        heal_failure: heal_failure.as_deref(),
        watched: &watched,
    };
    let judgement = judge(plan, &seen);
    Outcome {
        started,
        finished: Timestamp::now(),
        evidence,
        statistics,
        generator_delay,
        faults,
        deaths: watched.deaths,
        judgement,
    }
}
