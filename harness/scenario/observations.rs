//! What was seen of a run.

use backend::event::Ending;
use check::{Finding, Unread};
use engine::watch::Seen;
use model::quantity::Duration;

use super::measures::Measures;
use super::model::Phase;
use super::record::FaultRecord;
use super::statistics::PhaseStatistics;

/// Everything that a verdict is about.
#[derive(Debug, Clone)]
pub struct Observations {
    /// What was measured.
    pub measures: Measures,
    /// What became of each fault.
    pub faults: Vec<FaultRecord>,
    /// Every invariant with its counter-examples; nothing after an interruption.
    pub findings: Vec<Finding>,
    /// The workflows that could not be read back.
    pub unread: Unread,
    /// How the run ended.
    pub ending: Ending,
    /// The longest time for which the harness itself could not run.
    pub longest_stop: Duration,
    /// Why the environment is not what it was, if it is not.
    pub heal_failure: Option<String>,
    /// Who died although no fault had planned it.
    pub watched: Seen,
}

impl Observations {
    /// What a phase measured, if it was to be loaded.
    pub(super) fn phase(&self, phase: Phase) -> Option<&PhaseStatistics> {
        let mut statistics = self.measures.phases.iter();
        statistics.find(|statistics| statistics.phase == phase)
    }
}
