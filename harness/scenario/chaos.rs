//! Injects and heals each fault of a run at its time.

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

pub(super) struct Chaos<'a, B> {
    pub(super) plan: &'a RunPlan,
    pub(super) context: Context<'a, B>,
    /// Offsets count from here.
    pub(super) epoch: Instant,
    /// After its cancellation no fault is injected, and open faults are healed at once.
    pub(super) stop: &'a CancellationToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultState {
    /// It was not injected.
    Untouched,
    /// It is in the journal and has to be healed.
    Open,
    /// It was healed at this offset from the start of the run.
    Healed(Duration),
}

impl<B: Backend> Chaos<'_, B> {
    /// Injects and heals all faults, concurrently. Afterwards each fault is healed or still in the
    /// journal.
    pub(super) async fn run(&self) -> Vec<FaultState> {
        join_all(
            self.plan
                .faults
                .iter()
                .map(|planned| self.inject_and_heal(planned)),
        )
        .await
    }

    async fn inject_and_heal(&self, planned: &PlannedFault) -> FaultState {
        let occurrence = &planned.occurrence;
        if !self.wait_until(occurrence.at).await {
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
                // After any other error nothing is broken.
                watch.fault_ended(service);
                return FaultState::Untouched;
            }
        };
        events.send(Kind::FaultInjected {
            fault: occurrence.id.clone(),
            offset_ms: self.now().into(),
            effect: proof,
        });
        self.wait_until(occurrence.until).await;
        match fault::heal_one(backend, journal, entry).await {
            Ok(()) => {
                watch.fault_ended(service);
                let healed = self.now();
                events.send(Kind::FaultHealed {
                    fault: occurrence.id.clone(),
                    offset_ms: healed.into(),
                });
                FaultState::Healed(healed)
            }
            // The fault stays in the journal, and the end of the run heals what is in the journal.
            Err(error) => {
                events.notice(format!(
                    "{}: could not heal fault {} at its time; it is healed at the end of the run: {}",
                    self.plan.scenario,
                    occurrence.id,
                    in_one_line(&error)
                ));
                FaultState::Open
            }
        }
    }

    /// Waits until an offset from the start of the run; false if the run is stopped before.
    async fn wait_until(&self, offset: Duration) -> bool {
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
