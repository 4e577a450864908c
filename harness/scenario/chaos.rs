//! The faults of one run: each injected and healed at its time.

use backend::Backend;
use backend::event::Kind;
use base::causes::in_one_line;
use engine::fault::{self, Injected};
use futures_util::future::join_all;
use model::quantity::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::plan::{PlannedFault, RunPlan};

/// What the faults of a run are injected with.
pub(super) struct Chaos<'a, B> {
    pub(super) plan: &'a RunPlan,
    /// Its watch is told whose end is planned.
    pub(super) context: Context<'a, B>,
    /// The moment from which all offsets count.
    pub(super) epoch: Instant,
    /// Once cancelled, nothing is injected any more and what is injected is healed at once.
    pub(super) stop: &'a CancellationToken,
}

/// How far a fault came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultState {
    /// Nothing is broken by it: it was not injected.
    Untouched,
    /// It is in the journal, and has to be healed.
    Open,
    /// It is undone, since an offset of the run.
    Healed(Duration),
}

impl<B: Backend> Chaos<'_, B> {
    /// Lives through all faults, side by side. Afterwards each is healed, or still in the journal.
    pub(super) async fn run(&self) -> Vec<FaultState> {
        join_all(self.plan.faults.iter().map(|planned| self.live(planned))).await
    }

    async fn live(&self, planned: &PlannedFault) -> FaultState {
        let occurrence = &planned.occurrence;
        if !self.reach(occurrence.at).await {
            return FaultState::Untouched;
        }
        let Context {
            backend,
            topology,
            journal,
            events,
            watch,
            ..
        } = self.context;
        let service = occurrence.target.service().as_str();
        watch.excuse(service);
        let injected = fault::inject(backend, journal, topology, occurrence, self.stop).await;
        let Injected { entry, proof } = match injected {
            Ok(injected) => injected,
            Err(error) => {
                events.send(Kind::FaultFailed {
                    fault: occurrence.id.clone(),
                    failure: in_one_line(&error),
                });
                if matches!(error, fault::Error::InjectAndHeal { .. }) {
                    return FaultState::Open;
                }
                // All others leave nothing broken.
                watch.expect(service);
                return FaultState::Untouched;
            }
        };
        events.send(Kind::FaultInjected {
            fault: occurrence.id.clone(),
            offset_ms: self.now().into(),
            effect: proof,
        });
        self.reach(occurrence.until).await;
        match fault::heal_one(backend, journal, entry).await {
            Ok(()) => {
                watch.expect(service);
                let healed = self.now();
                events.send(Kind::FaultHealed {
                    fault: occurrence.id.clone(),
                    offset_ms: healed.into(),
                });
                FaultState::Healed(healed)
            }
            // The fault stays in the journal, and whoever ends the run heals what is in it. That it
            // was not healed at its time is told all the same.
            Err(error) => {
                events.notice(format!(
                    "{}: fault {} lasts longer than planned, and is healed at the end of the run: \
                     {}",
                    self.plan.scenario,
                    occurrence.id,
                    in_one_line(&error)
                ));
                FaultState::Open
            }
        }
    }

    /// Waits until an offset of the run; false if the run was stopped before.
    async fn reach(&self, offset: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = sleep_until(self.epoch + offset.as_std()) => true,
        }
    }

    fn now(&self) -> Duration {
        self.epoch.elapsed().into()
    }
}
