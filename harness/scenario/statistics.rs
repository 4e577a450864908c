//! What was measured in each phase. Pure.

use std::ops::Range;

use load::{Operation, OperationLatencies, Outcome, Percentiles};
use model::quantity::Duration;
use schemars::JsonSchema;
use serde::Serialize;

use super::model::Phase;
use super::plan::{PlannedPhase, RunPlan};
use super::record::FaultRecord;

/// The operations that were intended to start in one phase, and what the phase got done.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PhaseStatistics {
    /// Which phase.
    pub phase: Phase,
    /// When it began, from the start of the run.
    pub offset: Duration,
    /// How long it lasted.
    pub length: Duration,
    /// Operations intended to start in it.
    pub offered: u64,
    /// Of those: started, closed as completed.
    pub completed: u64,
    /// Of those: started, closed in another way.
    pub failed: u64,
    /// Of those: refused by the server.
    pub refused: u64,
    /// Of those: without a clear answer to the start, such as a broken connection.
    pub unknown: u64,
    /// Of those: sent, and not waited for to the end. They took longer than what was measured.
    pub given_up: u64,
    /// Of those: never sent, because too many were in flight.
    pub dropped: u64,
    /// Of those: never sent, because the generator came to them after the end of the load.
    pub not_sent: u64,
    /// Of those: sent, and still under way; none once the run is over.
    pub under_way: u64,
    /// Starts that were sent and not acknowledged: all that were refused or unknown, and some of
    /// those given up on.
    pub unacknowledged: u64,
    /// Share of the operations sent that did not complete, from 0 to 1.
    pub error_rate: f64,
    /// Operations intended to start, per second.
    pub offered_per_second: f64,
    /// Workflows, whenever started, that completed during the phase, per second.
    pub completed_per_second: f64,
    /// From the intended start to the close: what a user saw.
    pub start_to_close: Option<Percentiles>,
    /// From the actual start to the close.
    pub service_time: Option<Percentiles>,
    /// From the actual start to its acknowledgement.
    pub start_latency: Option<Percentiles>,
    /// From the intended to the actual start: the generator's own delay.
    pub generator_delay: Option<Percentiles>,
}

impl PhaseStatistics {
    /// Operations of which the start was sent.
    pub fn sent(&self) -> u64 {
        self.offered - self.dropped - self.not_sent
    }
}

/// The statistics of every loaded phase, in order, with the phases as they came to be.
pub fn statistics(
    plan: &RunPlan,
    faults: &[FaultRecord],
    operations: &[Operation],
) -> Vec<PhaseStatistics> {
    let phases = as_they_were(plan, faults);
    let operations: Vec<&Operation> = operations.iter().collect();
    let seen = Seen::at_the_end(&operations);
    let each = phases.iter().map(|phase| of_phase(phase, seen));
    each.collect()
}

/// The phases, of which the recovery begins once every fault is healed: how long that takes is for
/// the machine to say and not for the plan. What was meant to start before still belongs to the
/// phase before.
fn as_they_were(plan: &RunPlan, faults: &[FaultRecord]) -> Vec<PlannedPhase> {
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

/// What is known of a run at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// What has ended, or was not sent.
    pub(super) operations: &'a [&'a Operation],
    /// When what is still under way was to start; nothing once the run is over.
    pub(super) under_way: &'a [std::time::Duration],
    /// The moment.
    pub(super) at: std::time::Duration,
}

impl<'a> Seen<'a> {
    /// What is known once a run is over.
    pub(super) fn at_the_end(operations: &'a [&'a Operation]) -> Self {
        Self {
            operations,
            under_way: &[],
            at: std::time::Duration::MAX,
        }
    }
}

/// The statistics of one phase. What is still under way was offered, takes at least as long as it
/// has taken so far, and is no error yet; by itself it says nothing of how long workflows take.
pub(super) fn of_phase(planned: &PlannedPhase, seen: Seen<'_>) -> PhaseStatistics {
    let operations = seen.operations;
    let during = window(planned);
    let own: Vec<_> = operations
        .iter()
        .copied()
        .map(|operation| (operation, operation.arrivals_within(&during)))
        .filter(|(_, arrivals)| *arrivals > 0)
        .collect();
    let count = |matches: fn(&Outcome) -> bool| -> u64 {
        own.iter()
            .filter(|(operation, _)| matches(&operation.outcome))
            .map(|(_, arrivals)| arrivals)
            .sum()
    };
    let under_way = seen.under_way.iter();
    let under_way: Vec<_> = under_way
        .filter(|intended| during.contains(*intended))
        .collect();
    let ended = count(|_| true);
    let completed = count(Outcome::is_completed);
    let dropped = count(|outcome| matches!(outcome, Outcome::Dropped(_)));
    let not_sent = count(|outcome| matches!(outcome, Outcome::NotSent(_)));
    let sent_and_ended = ended - dropped - not_sent;
    let offered = ended + whole(under_way.len());
    let mut latencies = OperationLatencies::default();
    for (operation, arrivals) in &own {
        latencies.record(operation, *arrivals);
    }
    if latencies.response.count() > 0 {
        for intended in &under_way {
            latencies.record_under_way(seen.at.saturating_sub(**intended));
        }
    }
    PhaseStatistics {
        phase: planned.phase,
        offset: planned.offset,
        length: planned.length,
        offered,
        completed,
        failed: count(|outcome| matches!(outcome, Outcome::Closed(_)) && !outcome.is_completed()),
        refused: count(|outcome| matches!(outcome, Outcome::Refused(_))),
        unknown: count(|outcome| matches!(outcome, Outcome::Unknown(_)) && !outcome.is_given_up()),
        given_up: count(Outcome::is_given_up),
        dropped,
        not_sent,
        under_way: whole(under_way.len()),
        unacknowledged: count(|outcome| {
            matches!(outcome, Outcome::Refused(_) | Outcome::Unknown(_))
        }),
        error_rate: ratio(sent_and_ended - completed, sent_and_ended),
        offered_per_second: per_second(offered, planned.length),
        completed_per_second: per_second(completed_during(planned, operations), planned.length),
        start_to_close: latencies.response.percentiles(),
        service_time: latencies.service.percentiles(),
        start_latency: latencies.start.percentiles(),
        generator_delay: latencies.generator_delay.percentiles(),
    }
}

/// When it lasts, from the start of the run.
fn window(planned: &PlannedPhase) -> Range<std::time::Duration> {
    let begin = planned.offset.as_std();
    begin..begin + planned.length.as_std()
}

fn completed_during(planned: &PlannedPhase, operations: &[&Operation]) -> u64 {
    let during = window(planned);
    let completed = operations
        .iter()
        .filter(|operation| operation.outcome.is_completed() && during.contains(&operation.ended));
    whole(completed.count())
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).expect("a count fits 64 bits")
}

pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        float(part) / float(whole)
    }
}

fn per_second(count: u64, length: Duration) -> f64 {
    let seconds = length.as_secs_f64();
    if seconds > 0.0 {
        float(count) / seconds
    } else {
        0.0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of operations stay far below 2^52"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
