//! The faults of one run: each injected and healed at its time.

use backend::Backend;
use backend::event::{Event, Events};
use backend::fault::Journal;
use base::causes::in_one_line;
use engine::fault::{self, Injected};
use engine::watch::Watch;
use futures_util::future::join_all;
use model::quantity::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::plan::{PlannedFault, RunPlan};
use super::record::FaultRecord;

/// What the faults of a run are injected with.
pub(super) struct Chaos<'a, B> {
    pub(super) plan: &'a RunPlan,
    pub(super) backend: &'a B,
    pub(super) journal: &'a Journal,
    pub(super) events: &'a Events,
    /// Told whose end is planned.
    pub(super) watch: &'a Watch,
    /// The moment from which all offsets count.
    pub(super) epoch: Instant,
    /// Once cancelled, nothing is injected any more and what is injected is healed at once.
    pub(super) stop: &'a CancellationToken,
}

impl<B: Backend> Chaos<'_, B> {
    /// Lives through all faults, side by side. Afterwards each is healed, or still in the journal.
    pub(super) async fn run(&self) -> Vec<FaultRecord> {
        join_all(self.plan.faults.iter().map(|planned| self.live(planned))).await
    }

    async fn live(&self, planned: &PlannedFault) -> FaultRecord {
        let mut record = FaultRecord::pending(planned);
        if !self.reach(planned.inject).await {
            return record;
        }
        let service = planned.injection.service.as_str();
        self.watch.excuse(service);
        let injected = fault::inject(self.backend, self.journal, &planned.injection).await;
        let Injected { entry, effect } = match injected {
            Ok(injected) => injected,
            Err(error) => {
                // All others leave nothing broken.
                if !matches!(error, fault::Error::InjectAndHeal { .. }) {
                    self.watch.expect(service);
                }
                record.failure = Some(in_one_line(&error));
                return record;
            }
        };
        record.injected = Some(self.now());
        record.effect = Some(effect.clone());
        let (scenario, fault) = (self.plan.scenario.clone(), record.id.clone());
        self.events.send(Event::FaultInjected {
            scenario,
            fault,
            effect,
        });
        self.reach(planned.heal).await;
        match fault::heal_one(self.backend, self.journal, entry).await {
            Ok(()) => {
                self.watch.expect(service);
                record.healed = Some(self.now());
                let (scenario, fault) = (self.plan.scenario.clone(), record.id.clone());
                self.events.send(Event::FaultHealed { scenario, fault });
            }
            // The fault stays in the journal, and whoever ends the run heals what is in it. That it
            // was not healed at its time is told all the same.
            Err(error) => self.events.notice(format!(
                "{}: fault {} lasts longer than planned, and is healed at the end of the run: {}",
                self.plan.scenario,
                record.id,
                in_one_line(&error)
            )),
        }
        record
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
