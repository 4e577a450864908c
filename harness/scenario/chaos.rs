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
use super::record::FaultRecord;

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

impl<B: Backend> Chaos<'_, B> {
    /// Lives through all faults, side by side. Afterwards each is healed, or still in the journal.
    pub(super) async fn run(&self) -> Vec<FaultRecord> {
        join_all(self.plan.faults.iter().map(|planned| self.live(planned))).await
    }

    async fn live(&self, planned: &PlannedFault) -> FaultRecord {
        let mut record = FaultRecord::pending(planned);
        let occurrence = &planned.occurrence;
        if !self.reach(occurrence.at).await {
            return record;
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
                // All others leave nothing broken.
                if !matches!(error, fault::Error::InjectAndHeal { .. }) {
                    watch.expect(service);
                }
                record.failure = Some(in_one_line(&error));
                return record;
            }
        };
        let offset = self.now();
        record.injected = Some(offset);
        record.effect = Some(proof.clone());
        events.send(Kind::FaultInjected {
            fault: record.id.clone(),
            offset_ms: offset.into(),
            effect: proof,
        });
        self.reach(occurrence.until).await;
        match fault::heal_one(backend, journal, entry).await {
            Ok(()) => {
                watch.expect(service);
                let offset = self.now();
                record.healed = Some(offset);
                events.send(Kind::FaultHealed {
                    fault: record.id.clone(),
                    offset_ms: offset.into(),
                });
            }
            // The fault stays in the journal, and whoever ends the run heals what is in it. That it
            // was not healed at its time is told all the same.
            Err(error) => events.notice(format!(
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
