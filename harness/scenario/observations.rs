//! The evidence of a run that the verdict rests on.

use backend::event::Ending;
use check::{Finding, Unread};
use engine::watch::Seen;
use model::quantity::Duration;

use super::measures::Measures;
use super::model::Phase;
use super::record::FaultRecord;
use super::statistics::PhaseStatistics;

/// The evidence of a run that the verdict rests on.
#[derive(Debug, Clone)]
pub struct Observations {
    pub measures: Measures,
    pub faults: Vec<FaultRecord>,
    /// One finding for each invariant; empty after an interruption.
    pub findings: Vec<Finding>,
    /// The workflows that could not be read back.
    pub unread: Unread,
    /// How the run ended.
    pub ending: Ending,
    /// The longest time for which the harness could not run.
    pub longest_stop: Duration,
    /// Why a fault could not be healed, if one could not.
    pub heal_failure: Option<String>,
    /// The unplanned deaths.
    pub watched: Seen,
}

impl Observations {
    /// The statistics of a phase; `None` if it is not under load.
    pub(super) fn phase(&self, phase: Phase) -> Option<&PhaseStatistics> {
        let mut statistics = self.measures.phases.iter();
        statistics.find(|statistics| statistics.phase == phase)
    }
}
