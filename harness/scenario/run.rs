//! Drives a plan: load through all phases, faults at their times, then the evidence and a verdict.
//!
//! Everything is written into the folder of the run while it happens, and the verdict is on what
//! stands there. Every fault is healed before this returns, however the run ends; what cannot be
//! healed makes the verdict `heal-failed`.

use std::sync::Arc;

use archive::{Archive, Writer};
use backend::event::{Ending, Kind};
use backend::fault::Occurrence;
use backend::{Backend, Host as _};
use base::alongside::alongside;
use base::causes::in_one_line;
use engine::fault::heal_all;
use load::{Progress, WakingTime};
use model::quantity::Duration;
use model::verdict::Conclusion;
use temporal::Frontend;
use tokio::time::Instant;

use super::assess::{Assessment, assess};
use super::chaos::FaultState;
use super::context::Context;
use super::histories::Histories;
use super::narrate::Narrator;
use super::offer::{Loaded, offer};
use super::plan::RunPlan;
use super::recorder::Recorder;
use super::settle::settle;

/// A run that came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no frontend to send load to.
    #[error("could not connect to the Temporal frontend")]
    Connect(#[source] backend::Error),
    /// Evidence could not be written, or what was written could not be read.
    #[error("{}{}", lost(.source), beside(.heal_failure.as_deref()))]
    Evidence {
        /// What is wrong with it.
        #[source]
        source: archive::Error,
        /// Why the environment is not what it was, if it is not.
        heal_failure: Option<String>,
    },
}

fn lost(error: &archive::Error) -> &'static str {
    match error {
        archive::Error::Write { .. } | archive::Error::Full { .. } => {
            "the run was ended because its evidence could not be written"
        }
        _ => "the run has no verdict because its evidence could not be read",
    }
}

fn beside(heal_failure: Option<&str>) -> String {
    heal_failure.map_or(String::new(), |failure| format!("; {failure}"))
}

/// A run that is under way.
pub(super) struct Stage<'a, B> {
    pub(super) plan: &'a RunPlan,
    pub(super) context: Context<'a, B>,
    /// The moment from which all offsets count.
    pub(super) epoch: Instant,
    pub(super) progress: Arc<Progress>,
    pub(super) recorder: &'a Recorder,
}

/// How a run ended, as far as that is not written down yet.
struct Ended {
    ending: Ending,
    longest_stop: Duration,
    heal_failure: Option<String>,
}

/// Runs a plan to its verdict.
pub async fn run<B: Backend>(
    plan: &RunPlan,
    context: Context<'_, B>,
    writer: Writer,
) -> Result<Assessment, Error> {
    let unread = |source| Error::Evidence {
        source,
        heal_failure: None,
    };
    let archive = Archive::open(writer.folder()).map_err(unread)?;
    let (events, heard) = context.events.of_run(plan.run.clone());
    // Ends the run where nothing can be written down any more, as well.
    let shutdown = context.shutdown.child_token();
    let recorder = Recorder::new(writer, heard, shutdown.clone());
    let inner = Context {
        events: &events,
        shutdown: &shutdown,
        ..context
    };
    events.send(Kind::ScenarioStarted {
        scenario: plan.scenario.clone(),
        seed: plan.seed,
        deaths: context.watch.deaths_so_far(),
    });
    recorder.flush();
    let work = Box::pin(play(plan, inner, &recorder, &archive));
    let watched = context.watch.during(context.backend, &events, work);
    let ended = alongside(watched, async |over| recorder.beat(over).await).await?;
    let assessment = conclude(inner, &recorder, &archive, ended).await?;
    let verdict = &assessment.judgement.verdict;
    events.send(Kind::ScenarioFinished {
        scenario: plan.scenario.clone(),
        verdict: Conclusion::Verdict(verdict.kind),
        reason: verdict.reason.clone(),
    });
    // The verdict stands: all that it rests on is on the disk.
    if let Err(error) = recorder.sync() {
        let error = in_one_line(&error);
        context
            .events
            .notice(format!("the end of the run is not in its folder: {error}"));
    }
    Ok(assessment)
}

/// Judges a run by what stands in its folder, once all of it does.
async fn conclude<B: Backend>(
    context: Context<'_, B>,
    recorder: &Recorder,
    archive: &Archive,
    ended: Ended,
) -> Result<Assessment, Error> {
    let Ended {
        ending,
        longest_stop,
        heal_failure,
    } = ended;
    let without = |source| Error::Evidence {
        source,
        heal_failure: heal_failure.clone(),
    };
    let synced = recorder.sync().inspect_err(|error| {
        context.events.send(Kind::EvidenceLost {
            failure: in_one_line(error),
        });
        recorder.flush();
    });
    synced.map_err(without)?;
    let counts = recorder.counts();
    context.events.send(Kind::EvidenceComplete {
        ending,
        iterations: counts.iterations,
        executions: counts.read,
        longest_stop_ms: longest_stop.into(),
        heal_failure: heal_failure.clone(),
        unseen: context.watch.unseen(),
        // Afterwards, as a fault may have started another one.
        worker: context.backend.hosts().worker_build().await,
    });
    recorder.sync().map_err(without)?;
    let assessment = assess(archive).map_err(without)?;
    context.watch.end();
    Ok(assessment.expect("the last event says that all evidence is there"))
}

/// Connects, and then lives through the run and tells of it all the while.
async fn play<B: Backend>(
    plan: &RunPlan,
    context: Context<'_, B>,
    recorder: &Recorder,
    archive: &Archive,
) -> Result<Ended, Error> {
    let namespace = context.topology.main_namespace();
    let frontend = context.backend.frontend(namespace).await;
    let frontend = frontend.map_err(Error::Connect)?;
    let histories = Histories::new(&frontend, archive, recorder);
    let histories = histories.map_err(|source| Error::Evidence {
        source,
        heal_failure: None,
    })?;
    // Nothing is due while the client still connects.
    let epoch = Instant::now();
    context.watch.begin(epoch);
    let stage = Stage {
        plan,
        context,
        epoch,
        progress: Arc::default(),
        recorder,
    };
    let narrator = stage.narrator();
    let live = Box::pin(stage.live(&frontend, archive, histories));
    Ok(alongside(live, async |over| narrator.load(over).await).await)
}

impl<B: Backend> Stage<'_, B> {
    pub(super) fn narrator(&self) -> Narrator<'_> {
        Narrator {
            plan: self.plan,
            events: self.context.events,
            epoch: self.epoch,
            progress: &self.progress,
            recorder: self.recorder,
        }
    }

    /// Offers the load, lives through the faults, and gathers the evidence.
    async fn live(
        &self,
        frontend: &B::Frontend,
        archive: &Archive,
        mut histories: Histories<'_, B::Frontend>,
    ) -> Ended {
        let mut loaded = Box::pin(offer(self, frontend, &mut histories)).await;
        let heal_failure = self.heal_rest(&mut loaded).await;
        if heal_failure.is_none() {
            self.context.watch.expect_all();
        }
        self.begin_drain_anew(&mut loaded);
        let looking = self.look_back(frontend, archive, histories, &mut loaded.drain);
        match self.context.shutdown.run_until_cancelled(looking).await {
            Some(Ok(())) => {}
            Some(Err(error)) => self.recorder.fail(error),
            None => loaded.ending = Ending::Interrupted,
        }
        Ended {
            ending: loaded.ending,
            longest_stop: loaded.longest_stop,
            heal_failure,
        }
    }

    /// Tries again to heal what is still in the journal; says why if it cannot.
    async fn heal_rest(&self, loaded: &mut Loaded) -> Option<String> {
        let healing = match heal_all(self.context.backend, self.context.journal).await {
            Ok(healing) => healing,
            Err(error) => return Some(in_one_line(&error)),
        };
        let planned = self.plan.faults.iter().map(|planned| &planned.occurrence);
        let faults = loaded.faults.iter_mut().zip(planned);
        let now_healed = faults.filter(|(fault, occurrence)| {
            let is_it = |healed: &Occurrence| healed.is_same(occurrence);
            !matches!(fault, FaultState::Healed(_)) && healing.healed.iter().any(is_it)
        });
        for (fault, occurrence) in now_healed {
            let healed = self.epoch.elapsed();
            *fault = FaultState::Healed(healed.into());
            self.context.events.send(Kind::FaultHealed {
                fault: occurrence.id.clone(),
                offset_ms: healed.into(),
            });
        }
        healing.failure().map(|error| in_one_line(&error))
    }

    /// What is broken on purpose cannot close: where a fault was healed after the end of the load,
    /// the drain begins then.
    fn begin_drain_anew(&self, loaded: &mut Loaded) {
        let end = self.plan.timeline().end();
        let late =
            |fault: &FaultState| matches!(fault, FaultState::Healed(at) if at.as_std() > end);
        if loaded.faults.iter().any(late) {
            loaded.drain = WakingTime::new(self.plan.drain.as_std());
        }
    }

    /// Waits for what its clients gave up on, with what is left of the drain, and reads back what
    /// the server has.
    async fn look_back<F: Frontend>(
        &self,
        frontend: &F,
        archive: &Archive,
        histories: Histories<'_, F>,
        drain: &mut WakingTime,
    ) -> Result<(), archive::Error> {
        self.recorder.flush();
        let (scenario, events) = (&self.plan.scenario, self.context.events);
        let counts = self.recorder.counts();
        let open = (archive, counts.may_be_open);
        settle(scenario, frontend, open, drain, events).await?;
        events.send(Kind::Checking {
            executions: counts.may_exist - counts.read,
        });
        histories.read_rest(scenario, events).await
    }
}
