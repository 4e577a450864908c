//! The run of a plan.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use backend::event::{Events, Kind};
use backend::state::{Journal, Moment};
use backend::wait::{self, Pace, Pending, Vain};
use backend::{Backend, Blame, Change};
use base::causes::in_one_line;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use model::plan::{Action, Plan, ResourceId, Step};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether a resource is ready.
const PACE: Pace = Pace {
    first: Duration::from_millis(10),
    last: Duration::from_millis(50),
};

/// A plan that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A step could not be journaled, and was not taken.
    #[error("could not write the journal before {action} of `{id}`")]
    Journal {
        /// The resource.
        id: ResourceId,
        /// What was to happen to it.
        action: Action,
        /// Why the journal failed.
        #[source]
        source: io::Error,
    },
    /// The backend could not do it.
    #[error("could not {action} `{id}`")]
    Apply {
        /// The resource.
        id: ResourceId,
        /// What was to happen to it.
        action: Action,
        /// Why.
        #[source]
        source: backend::Error,
    },
    /// It was not ready in time.
    #[error("`{id}` was not ready within {deadline}: {reason}")]
    NotReady {
        /// The resource.
        id: ResourceId,
        /// How long it had.
        deadline: model::quantity::Duration,
        /// What was not yet so.
        reason: String,
    },
    /// It never will be ready, so the wait ended at once.
    #[error("`{id}` failed: {reason}")]
    Failed {
        /// The resource.
        id: ResourceId,
        /// What was seen.
        reason: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// The resource that the error is about.
    pub fn id(&self) -> Option<&ResourceId> {
        match self {
            Self::Journal { id, .. }
            | Self::Apply { id, .. }
            | Self::NotReady { id, .. }
            | Self::Failed { id, .. } => Some(id),
            Self::Interrupted => None,
        }
    }

    /// Whether a backend says that it was told to stop.
    fn is_interruption(&self) -> bool {
        match self {
            Self::Apply { source, .. } => source.blame == Blame::Interruption,
            _ => false,
        }
    }
}

/// Carries out every step of `plan`, which makes resources of `parts`; a plan that only removes needs
/// none.
///
/// On the first error no further step begins, and steps that wait for readiness stop waiting. What
/// was applied stays: the journal names it, and running the same plan again goes on from there.
pub async fn run<B: Backend>(
    plan: Plan,
    backend: &B,
    parts: Option<&B::Parts>,
    journal: &Journal,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let stop = shutdown.child_token();
    let worker = Worker {
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
            running.extend(ready.into_iter().map(|step| worker.take(step)));
        }
        match running.next().await {
            Some(Ok(id)) => {
                finished.insert(id);
            }
            Some(Err(error)) => {
                // What a backend gives up at the user's word has not failed; what has failed just
                // then is told all the same.
                let given_up = shutdown.is_cancelled() && matches!(error, Error::Apply { .. });
                if given_up && !error.is_interruption() {
                    events.notice(format!("given up: {}", in_one_line(&error)));
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

/// What every step needs.
struct Worker<'a, B: Backend> {
    backend: &'a B,
    parts: Option<&'a B::Parts>,
    journal: &'a Journal,
    events: &'a Events,
    stop: &'a CancellationToken,
}

impl<B: Backend> Worker<'_, B> {
    /// Takes one step: intent, effect, readiness, outcome.
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
        self.note(&step, Moment::Intent)?;
        let outcome = self.apply_and_wait(&step, started).await;
        if outcome.is_err() {
            // What failed is told, also where that cannot be written down.
            let _ = self.note(&step, Moment::Failed);
        }
        outcome?;
        self.note(&step, Moment::Done)?;
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
            (_, None) => unreachable!("a plan that makes anything is made of what was prepared"),
        };
        let applied = self.backend.apply(&step.id, change).await;
        applied.map_err(|source| Error::Apply {
            id: step.id.clone(),
            action: step.action,
            source,
        })?;
        self.note(step, Moment::Applied)?;
        self.events.send(Kind::StepApplied {
            id: step.id.clone(),
            elapsed_ms: started.elapsed().into(),
        });
        match step.action {
            Action::Delete => Ok(()),
            Action::Create | Action::Update | Action::Keep => self.wait_until_ready(step).await,
        }
    }

    /// Writes down how far a step is. What is to go, goes all the same: a disk that is full is no
    /// reason to leave a topology up, and what the journal does not say is seen.
    fn note(&self, step: &Step, moment: Moment) -> Result<(), Error> {
        match self.journal.append(&step.id, step.action, moment) {
            Err(error) if step.action == Action::Delete => {
                tracing::warn!(id = %step.id, %error, "not journaled");
                Ok(())
            }
            written => written.map_err(|source| Error::Journal {
                id: step.id.clone(),
                action: step.action,
                source,
            }),
        }
    }

    /// Looks until the resource is ready, never will be, is out of time, or nobody waits any more.
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
            () = self.stop.cancelled() => return Err(Error::Interrupted),
        };
        let id = || step.id.clone();
        waited.map_err(|vain| match vain {
            Vain::Never(reason) => Error::Failed { id: id(), reason },
            Vain::Late(reason) => Error::NotReady {
                id: id(),
                deadline: step.ready_timeout,
                reason,
            },
        })
    }
}

#[cfg(test)]
mod tests;
