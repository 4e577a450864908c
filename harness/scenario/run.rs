//! Carries out a plan: offers load in all phases, injects faults at their times, collects the evidence
//! and gives the verdict.
//!
//! The run is recorded in its folder while it goes on, and the verdict rests on that folder. However
//! the run ends, every fault is healed before this returns; if one cannot be, the verdict is
//! `heal-failed`. If the evidence is lost as well, the error carries the failure to heal.

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
use model::verdict_kind::Conclusion;
use temporal::Frontend;
use tokio::time::Instant;

use super::assess::{Assessment, assess};
use super::chaos::FaultState;
use super::context::Context;
use super::histories::Histories;
use super::hopeless::until_hopeless;
use super::narrate::Narrator;
use super::offer::{Loaded, offer};
use super::plan::RunPlan;
use super::recorder::Recorder;
use super::settle::{settle, terminate_unfinished};

/// Why a run has no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not connect to the Temporal frontend")]
    Connect(#[source] backend::Error),
    /// Evidence could not be written or read.
    #[error("{}{}", lost(.source), beside(.heal_failure.as_deref()))]
    Evidence {
        #[source]
        source: archive::Error,
        /// Why a fault could not be healed, if one could not.
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

pub(super) struct Stage<'a, B> {
    pub(super) plan: &'a RunPlan,
    pub(super) context: Context<'a, B>,
    /// Offsets count from here.
    pub(super) epoch: Instant,
    pub(super) progress: Arc<Progress>,
    pub(super) recorder: &'a Recorder,
}

/// How a run ended, as far as it is not recorded yet.
struct Ended {
    ending: Ending,
    longest_stop: Duration,
    heal_failure: Option<String>,
}

/// Carries out a plan and gives the verdict.
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
    // The recorder cancels it if evidence cannot be written.
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
    // The verdict is valid: its evidence is on the disk.
    if let Err(error) = recorder.sync() {
        let error = in_one_line(&error);
        context
            .events
            .notice(format!("could not record the end of the run: {error}"));
    }
    Ok(assessment)
}

/// Completes the evidence on the disk and judges the run by its folder.
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
    // Asked after the faults, which may have started another worker.
    let workers = context.backend.hosts().worker_builds().await;
    // The numbers are those of the folder: nothing is awaited until they are sent.
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
        events: Some(counts.events),
        iterations: counts.iterations,
        executions: counts.read,
        longest_stop_ms: longest_stop.into(),
        heal_failure: heal_failure.clone(),
        unseen: context.watch.unseen(),
        workers,
    });
    recorder.sync().map_err(without)?;
    let assessment = assess(archive).map_err(without)?;
    context.watch.end();
    Ok(assessment.expect("the last event says that the evidence is complete"))
}

/// Connects, carries out the run, and sends its progress.
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
    // Offsets begin after the connection, so that nothing is due before it.
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
    let live = Box::pin(stage.carry_out(&frontend, archive, histories));
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

    /// Offers the load, injects and heals the faults, and collects the evidence.
    async fn carry_out(
        &self,
        frontend: &B::Frontend,
        archive: &Archive,
        mut histories: Histories<'_, B::Frontend>,
    ) -> Ended {
        let mut loaded = Box::pin(offer(self, frontend, &mut histories)).await;
        let heal_failure = self.heal_rest(&mut loaded).await;
        if heal_failure.is_none() {
            self.context.watch.all_faults_ended();
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

    /// Heals the faults that are still in the journal; returns why if it cannot.
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

    /// A fault may keep workflows from closing. If one was healed after the end of the load, the drain
    /// begins anew.
    fn begin_drain_anew(&self, loaded: &mut Loaded) {
        let end = self.plan.timeline().end();
        let late =
            |fault: &FaultState| matches!(fault, FaultState::Healed(at) if at.as_std() > end);
        if loaded.faults.iter().any(late) {
            loaded.drain = WakingTime::new(self.plan.drain.as_std());
        }
    }

    /// Waits for open workflows in the rest of the drain, then reads histories back.
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
        if counts.may_be_open > 0 {
            terminate_unfinished(frontend, archive).await?;
        }
        tokio::select! {
            biased;
            settled = settle(scenario, frontend, open, drain, events) => settled?,
            reason = until_hopeless(self.plan, frontend, &self.progress) => events.notice(reason),
        }
        events.send(Kind::Checking {
            executions: counts.may_exist - counts.read,
        });
        histories.read_rest(scenario, events).await
    }
}
