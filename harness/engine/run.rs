//! Carries a plan out.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

use backend::event::{Events, Kind};
use backend::state::{Journal, StepStage};
use backend::wait::{self, Pace, Pending};
use backend::{Backend, Blame, Change, Diagnosis};
use base::causes::in_one_line;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use model::plan::{Action, Plan, ResourceId, Step};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How often the readiness of a resource is checked at first.
const PACE: Pace = Pace {
    first: Duration::from_millis(10),
    last: Duration::from_millis(50),
};

/// How long a resource may take before its place is asked why, and the pause before the next time.
const DIAGNOSIS: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// How far a step is could not be journaled.
    #[error("could not write the journal {}", journaled(.id, *.action, *.stage))]
    Journal {
        id: ResourceId,
        action: Action,
        /// What the entry would have said. The step was not taken if this is its intent.
        stage: StepStage,
        #[source]
        source: io::Error,
    },
    /// The backend failed to apply a step.
    #[error("could not {action} `{id}`")]
    Apply {
        id: ResourceId,
        action: Action,
        #[source]
        source: backend::Error,
    },
    /// It was not ready in time.
    #[error("`{id}` was not ready within {deadline}: {reason}")]
    NotReady {
        id: ResourceId,
        deadline: model::quantity::Duration,
        reason: String,
    },
    /// The resource will never be ready, so the wait ended at once.
    #[error("`{id}` failed: {reason}")]
    Failed { id: ResourceId, reason: String },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Which entry of the journal is missing, and what happened to the resource.
fn journaled(id: &ResourceId, action: Action, stage: StepStage) -> String {
    match stage {
        StepStage::Intent => format!("before {action} of `{id}`, which was not started"),
        StepStage::Applied => format!("after {action} of `{id}`, which was applied"),
        StepStage::Done => format!("after {action} of `{id}`, which is done"),
        StepStage::Failed => format!("after {action} of `{id}`, which failed"),
    }
}

impl Error {
    pub fn id(&self) -> Option<&ResourceId> {
        match self {
            Self::Journal { id, .. }
            | Self::Apply { id, .. }
            | Self::NotReady { id, .. }
            | Self::Failed { id, .. } => Some(id),
            Self::Interrupted => None,
        }
    }

    /// Whether the backend reports that it was asked to stop.
    fn is_interruption(&self) -> bool {
        match self {
            Self::Apply { source, .. } => source.blame == Blame::Interruption,
            _ => false,
        }
    }
}

/// Carries out every step of `plan`. Resources are made from `parts`; a plan that only removes
/// needs none.
///
/// After the first error no further step begins, and steps that wait for readiness stop waiting.
/// What was applied stays. The journal lists it, and a second run of the same plan continues from
/// there.
pub async fn run<B: Backend>(
    plan: Plan,
    backend: &B,
    parts: Option<&B::Parts>,
    journal: &Journal,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let stop = shutdown.child_token();
    let runner = StepRunner {
        backend,
        parts,
        journal,
        events,
        stop: &stop,
    };
    let mut waiting = plan.steps;
    let mut running = FuturesUnordered::new();
    let mut finished: BTreeSet<ResourceId> = BTreeSet::new();
    let mut first_error = None;
    loop {
        if first_error.is_none() && !stop.is_cancelled() {
            let (ready, rest): (Vec<Step>, Vec<Step>) = waiting
                .into_iter()
                .partition(|step| step.after.iter().all(|id| finished.contains(id)));
            waiting = rest;
            running.extend(ready.into_iter().map(|step| runner.take(step)));
        }
        match running.next().await {
            Some(Ok(id)) => {
                finished.insert(id);
            }
            Some(Err(error)) => {
                // A step that the backend abandons because the user asked to stop has not failed. A
                // step that fails at that moment for another reason is still reported.
                let given_up = shutdown.is_cancelled() && matches!(error, Error::Apply { .. });
                if given_up && !error.is_interruption() {
                    events.notice(format!("gave up: {}", in_one_line(&error)));
                }
                stop.cancel();
                first_error.get_or_insert(if given_up { Error::Interrupted } else { error });
            }
            None => break,
        }
    }
    match first_error {
        Some(error) => Err(error),
        None if shutdown.is_cancelled() => Err(Error::Interrupted),
        None => Ok(()),
    }
}

struct StepRunner<'a, B: Backend> {
    backend: &'a B,
    parts: Option<&'a B::Parts>,
    journal: &'a Journal,
    events: &'a Events,
    stop: &'a CancellationToken,
}

impl<B: Backend> StepRunner<'_, B> {
    /// Takes one step: journal the intent, apply, wait for readiness, journal the outcome.
    async fn take(&self, step: Step) -> Result<ResourceId, Error> {
        let started = Instant::now();
        if step.action == Action::Keep {
            self.wait_until_ready(&step).await?;
            return Ok(step.id);
        }
        self.events.send(Kind::StepStarted {
            id: step.id.clone(),
            action: step.action,
            reason: step.reason.clone(),
        });
        tracing::info!(id = %step.id, action = %step.action, reason = step.reason, "step");
        self.note(&step, StepStage::Intent)?;
        let outcome = self.apply_and_wait(&step, started).await;
        if outcome.is_err() {
            // The step's error is returned even if the journal cannot record it.
            let _ = self.note(&step, StepStage::Failed);
        }
        outcome?;
        self.note(&step, StepStage::Done)?;
        self.events.send(Kind::StepFinished {
            id: step.id.clone(),
            action: step.action,
            elapsed_ms: started.elapsed().into(),
        });
        Ok(step.id)
    }

    async fn apply_and_wait(&self, step: &Step, started: Instant) -> Result<(), Error> {
        let change = match (step.action, self.parts) {
            (Action::Delete, _) => Change::Remove,
            (_, Some(parts)) => Change::Make(parts),
            (_, None) => unreachable!("a plan that creates resources has prepared parts"),
        };
        let applied = self.backend.apply(&step.id, change).await;
        applied.map_err(|source| Error::Apply {
            id: step.id.clone(),
            action: step.action,
            source,
        })?;
        self.note(step, StepStage::Applied)?;
        self.events.send(Kind::StepApplied {
            id: step.id.clone(),
            elapsed_ms: started.elapsed().into(),
        });
        match step.action {
            Action::Delete => Ok(()),
            Action::Create | Action::Update | Action::Keep => self.wait_until_ready(step).await,
        }
    }

    /// Records how far a step is. A removal continues even if the journal cannot be written: a full
    /// disk is no reason to keep a topology running, and `observe` finds what the journal lacks.
    fn note(&self, step: &Step, stage: StepStage) -> Result<(), Error> {
        match self.journal.append(&step.id, step.action, stage) {
            Err(error) if step.action == Action::Delete => {
                tracing::warn!(id = %step.id, %error, "not journaled");
                Ok(())
            }
            written => written.map_err(|source| Error::Journal {
                id: step.id.clone(),
                action: step.action,
                stage,
                source,
            }),
        }
    }

    /// Checks until the resource is ready, will never be ready, is out of time, or the run stops.
    async fn wait_until_ready(&self, step: &Step) -> Result<(), Error> {
        let deadline = Instant::now() + step.ready_timeout.as_std();
        let mut told = String::new();
        let look = async || {
            let looked = self.backend.ready(&step.id, self.parts).await.looked();
            if let Err(Pending::NotYet(reason)) = &looked
                && *reason != told
            {
                told.clone_from(reason);
                self.events.send(Kind::StepWaiting {
                    id: step.id.clone(),
                    reason: told.clone(),
                });
            }
            looked
        };
        let waited = tokio::select! {
            biased;
            waited = wait::until(deadline, PACE, look) => waited,
            never = self.tell_why(&step.id) => match never {},
            () = self.stop.cancelled() => return Err(Error::Interrupted),
        };
        let id = || step.id.clone();
        waited.map_err(|error| match error {
            wait::Error::Never(reason) => Error::Failed { id: id(), reason },
            wait::Error::Late(reason) => Error::NotReady {
                id: id(),
                deadline: step.ready_timeout,
                reason,
            },
        })
    }

    /// Tells, while a resource is waited for, why it is not ready, so that the user need not wait
    /// until its deadline.
    async fn tell_why(&self, id: &ResourceId) -> Infallible {
        let mut told = None;
        loop {
            sleep(DIAGNOSIS).await;
            let found = self.backend.diagnose(id).await.filter(|it| it.certain);
            if let Some(Diagnosis { reason, remedy, .. }) = &found
                && found != told
            {
                let notice = format!("`{id}` is not ready yet: {reason}. {remedy}");
                self.events.notice(notice);
                told = found;
            }
        }
    }
}

#[cfg(test)]
mod tests;
