//! Measures a phase iteration by iteration. Pure.

use std::ops::Range;
use std::time::Duration;

use load::{Iteration, IterationLatencies, Latencies, WorkflowOutcome};

use super::breakdown::Breakdown;
use super::plan::PlannedPhase;
use super::statistics::{PhaseStatistics, per_second, ratio, window};

/// The measurements of one phase. Its size does not depend on the number of iterations.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    planned: PlannedPhase,
    during: Range<Duration>,
    ended: u64,
    completed: u64,
    /// Completed during the phase, whenever they were due.
    completed_during: u64,
    failed: u64,
    refused: u64,
    unknown: u64,
    given_up: u64,
    dropped: u64,
    not_sent: u64,
    not_made: u64,
    /// Why the first of them was not made.
    why_not_made: Option<String>,
    unacknowledged: u64,
    latencies: IterationLatencies,
    breakdown: Breakdown,
    /// The ages of iterations that are still under way.
    ages: Latencies,
}

impl Tally {
    pub(super) fn new(planned: PlannedPhase) -> Self {
        Self {
            during: window(&planned),
            planned,
            ended: 0,
            completed: 0,
            completed_during: 0,
            failed: 0,
            refused: 0,
            unknown: 0,
            given_up: 0,
            dropped: 0,
            not_sent: 0,
            not_made: 0,
            why_not_made: None,
            unacknowledged: 0,
            latencies: IterationLatencies::default(),
            breakdown: Breakdown::default(),
            ages: Latencies::default(),
        }
    }

    /// Counts an iteration that ended or was not sent, of any phase.
    pub(super) fn add(&mut self, iteration: &Iteration) {
        let outcome = iteration.outcome();
        if iteration.is_completed() && self.during.contains(&iteration.ended()) {
            self.completed_during += 1;
        }
        let arrivals = iteration.arrivals_within(&self.during);
        if arrivals == 0 {
            return;
        }
        self.ended += arrivals;
        self.breakdown.add(iteration);
        match outcome {
            WorkflowOutcome::Dropped(_) => self.dropped += arrivals,
            WorkflowOutcome::NotSent(_) => self.not_sent += arrivals,
            WorkflowOutcome::NotMade(unsent) => {
                self.not_made += arrivals;
                if self.why_not_made.is_none() {
                    self.why_not_made.clone_from(&unsent.message);
                }
            }
            WorkflowOutcome::Refused(_) => {
                self.refused += 1;
                self.unacknowledged += 1;
            }
            WorkflowOutcome::Unknown(_) => {
                self.unacknowledged += 1;
                if iteration.is_given_up() {
                    self.given_up += 1;
                } else {
                    self.unknown += 1;
                }
            }
            WorkflowOutcome::Abandoned(_) if !iteration.is_given_up() => self.failed += 1,
            WorkflowOutcome::Abandoned(_) | WorkflowOutcome::Open => self.given_up += 1,
            WorkflowOutcome::Closed(_) if iteration.is_completed() => self.completed += 1,
            WorkflowOutcome::Closed(_) => self.failed += 1,
        }
        self.latencies.record(iteration, arrivals);
    }

    /// Counts an iteration that is under way at an offset, if it was due in this phase: as offered, and
    /// not as an error. Its age counts as its latency, which will be longer.
    pub(super) fn add_under_way(&mut self, intended: Duration, at: Duration) {
        if self.during.contains(&intended) {
            self.ages.record(at.saturating_sub(intended));
        }
    }

    /// The statistics. Iterations under way count for the latency only beside others that ended.
    pub(super) fn finish(mut self) -> PhaseStatistics {
        if self.latencies.response.count() > 0 {
            self.latencies.response.merge(&self.ages);
        }
        let (flows, calls) = self.breakdown.finish();
        let under_way = self.ages.count();
        let offered = self.ended + under_way;
        let sent_and_ended = self.ended - self.dropped - self.not_sent - self.not_made;
        let length = self.planned.length;
        PhaseStatistics {
            phase: self.planned.phase,
            offset: self.planned.offset,
            length,
            offered,
            completed: self.completed,
            failed: self.failed,
            refused: self.refused,
            unknown: self.unknown,
            given_up: self.given_up,
            dropped: self.dropped,
            not_sent: self.not_sent,
            not_made: self.not_made,
            why_not_made: self.why_not_made,
            under_way,
            unacknowledged: self.unacknowledged,
            error_rate: ratio(sent_and_ended - self.completed, sent_and_ended),
            offered_per_second: per_second(offered, length),
            completed_per_second: per_second(self.completed_during, length),
            start_to_close: self.latencies.response.percentiles(),
            service_time: self.latencies.service.percentiles(),
            start_latency: self.latencies.start.percentiles(),
            generator_delay: self.latencies.generator_delay.percentiles(),
            flows,
            calls,
        }
    }
}
