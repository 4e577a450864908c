//! What was seen of a run.

pub use backend::event::Ending;
use check::Evidence;
use engine::watch::Seen;
use load::Percentiles;
use model::quantity::Duration;

use super::expectation::Expectation;
use super::model::Phase;
use super::record::FaultRecord;
use super::statistics::PhaseStatistics;

/// Everything that a verdict is about.
#[derive(Debug, Clone, Copy)]
pub struct Observations<'a> {
    /// What each phase measured.
    pub statistics: &'a [PhaseStatistics],
    /// What became of each fault.
    pub faults: &'a [FaultRecord],
    /// Both sides of every workflow.
    pub evidence: &'a Evidence,
    /// How late the generator was over the whole run.
    pub generator_delay: Option<Percentiles>,
    /// The thresholds of the steady state, as they were judged at the end of the baseline.
    pub steady_state: &'a [Expectation],
    /// How the run ended.
    pub ending: Ending,
    /// The longest time for which the harness itself could not run.
    pub longest_stop: Duration,
    /// Why the environment is not what it was, if it is not.
    pub heal_failure: Option<&'a str>,
    /// Who died although no fault had planned it.
    pub watched: &'a Seen,
}

impl Observations<'_> {
    /// What a phase measured, if it was to be loaded.
    pub(super) fn phase(&self, phase: Phase) -> Option<&PhaseStatistics> {
        let mut statistics = self.statistics.iter();
        statistics.find(|statistics| statistics.phase == phase)
    }
}
