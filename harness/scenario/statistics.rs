//! The statistics of a phase. Pure.

use std::ops::Range;

use load::Percentiles;
use model::quantity::{Duration, Milliseconds};
use schemars::JsonSchema;
use serde::Serialize;

use super::breakdown::{CallStatistics, FlowStatistics};
use super::model::Phase;
use super::plan::{PlannedPhase, RunPlan};
use super::record::FaultRecord;

/// The iterations due in one phase, and what was completed during the phase.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PhaseStatistics {
    /// The phase.
    pub phase: Phase,
    /// When it began, from the start of the run.
    #[serde(
        rename = "offset-ms",
        serialize_with = "model::quantity::in_milliseconds::serialize"
    )]
    #[schemars(with = "Milliseconds")]
    pub offset: Duration,
    /// The length of the phase.
    #[serde(
        rename = "length-ms",
        serialize_with = "model::quantity::in_milliseconds::serialize"
    )]
    #[schemars(with = "Milliseconds")]
    pub length: Duration,
    /// Iterations due in the phase.
    pub offered: u64,
    /// Of `offered`: the workflow completed.
    pub completed: u64,
    /// Of `offered`: the workflow closed otherwise, or a step was not carried out.
    pub failed: u64,
    /// Of `offered`: the server refused the start.
    pub refused: u64,
    /// Of `offered`: the start had no clear answer, for example because the connection broke.
    pub unknown: u64,
    /// Of `offered`: sent, but the client stopped waiting. They took longer than what was measured.
    pub given_up: u64,
    /// Of `offered`: not sent, because `max-in-flight` was reached.
    pub dropped: u64,
    /// Of `offered`: not sent, because the generator reached them too late.
    pub not_sent: u64,
    /// Of `offered`: not sent, because a template could not be filled.
    pub not_made: u64,
    /// Why the first of `not_made` could not be filled; null if there is none.
    pub why_not_made: Option<String>,
    /// Of `offered`: sent and still under way; 0 after the run.
    pub under_way: u64,
    /// Starts that were sent and not acknowledged: all refused and unknown ones, and some of those given
    /// up.
    pub unacknowledged: u64,
    /// Share of the iterations sent that did not complete, from 0 to 1.
    pub error_rate: f64,
    /// Iterations due, per second.
    pub offered_per_second: f64,
    /// Workflows that completed during the phase, whenever they started, per second.
    pub completed_per_second: f64,
    /// From the intended start to the close: the latency that a user saw.
    pub start_to_close: Option<Percentiles>,
    /// From the actual start to the close.
    pub service_time: Option<Percentiles>,
    /// From the actual start to its acknowledgement.
    pub start_latency: Option<Percentiles>,
    /// From the intended to the actual start: the generator's own delay.
    pub generator_delay: Option<Percentiles>,
    /// The iterations that were due in the phase and sent, by workload and flow.
    pub flows: Vec<FlowStatistics>,
    /// The calls of the iterations that were due in the phase, by workload, flow, operation and name.
    pub calls: Vec<CallStatistics>,
}

impl PhaseStatistics {
    /// Iterations whose start was sent.
    pub fn sent(&self) -> u64 {
        self.offered - self.dropped - self.not_sent - self.not_made
    }
}

/// The phases with their actual offsets and lengths. The recovery begins when every fault is healed,
/// which can be later than planned; the phase before it lasts until then.
pub(super) fn as_they_were(plan: &RunPlan, faults: &[FaultRecord]) -> Vec<PlannedPhase> {
    let mut phases = plan.phases.clone();
    let Some(healed) = faults.iter().filter_map(|fault| fault.healed).max() else {
        return phases;
    };
    let is_recovery = |phase: &PlannedPhase| phase.phase == Phase::Recovery;
    let Some(index) = phases.iter().position(is_recovery) else {
        return phases;
    };
    let recovery = &mut phases[index];
    let planned = window(recovery);
    let begin = healed.as_std().clamp(planned.start, planned.end);
    recovery.offset = begin.into();
    recovery.length = planned.end.saturating_sub(begin).into();
    if let Some(before) = index.checked_sub(1).map(|index| &mut phases[index]) {
        before.length = begin.saturating_sub(before.offset.as_std()).into();
    }
    phases
}

/// The offsets of a phase from the start of the run.
pub(super) fn window(planned: &PlannedPhase) -> Range<std::time::Duration> {
    let begin = planned.offset.as_std();
    begin..begin + planned.length.as_std()
}

pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        float(part) / float(whole)
    }
}

pub(super) fn per_second(count: u64, length: Duration) -> f64 {
    let seconds = length.as_secs_f64();
    if seconds > 0.0 {
        float(count) / seconds
    } else {
        0.0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of iterations stay far below 2^52"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
