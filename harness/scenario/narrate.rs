//! Sends the progress of a run: each phase as it begins, and the load once a second.

use std::time::Duration;

use backend::event::{Events, Kind};
use load::{Counts, Progress};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

use super::model::Phase;
use super::plan::RunPlan;
use super::recorder::Recorder;

const TICK: Duration = Duration::from_secs(1);

pub(super) struct Narrator<'a> {
    pub(super) plan: &'a RunPlan,
    pub(super) events: &'a Events,
    /// Offsets count from here.
    pub(super) epoch: Instant,
    pub(super) progress: &'a Progress,
    pub(super) recorder: &'a Recorder,
}

impl Narrator<'_> {
    /// Sends an event for each phase until the run is stopped or the load is over.
    pub(super) async fn phases(&self, stop: &CancellationToken, over: &CancellationToken) {
        let loaded = self
            .plan
            .phases
            .iter()
            .map(|p| (p.phase, p.offset.as_std(), p.length));
        let drain = (Phase::Drain, self.plan.timeline().end(), self.plan.drain);
        for (phase, offset, length) in loaded.chain([drain]) {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = over.cancelled() => return,
                () = sleep_until(self.epoch + offset) => {}
            }
            self.events.send(Kind::PhaseStarted {
                phase,
                offset_ms: offset.into(),
                length_ms: length.into(),
            });
        }
    }

    /// Sends the counters until the run is over. The last one dates the end of a run that is killed.
    pub(super) async fn load(&self, over: &CancellationToken) {
        let mut ticks = interval_at(self.epoch + TICK, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                biased;
                () = over.cancelled() => return self.count(),
                _ = ticks.tick() => self.count(),
            }
        }
    }

    fn count(&self) {
        let Counts {
            started,
            closed,
            failed,
            dropped,
            not_sent,
        } = self.progress.counts();
        self.events.send(Kind::Load {
            offset_ms: self.epoch.elapsed().into(),
            started,
            closed,
            failed,
            dropped,
            not_sent,
            read: self.recorder.counts().read,
        });
    }
}
