//! Measures a run in one pass over its iterations. Pure.

use std::time::Duration;

use load::{Iteration, Latencies, Percentiles};

use super::model::Phase;
use super::plan::{PlannedPhase, RunPlan};
use super::record::FaultRecord;
use super::statistics::{PhaseStatistics, as_they_were};
use super::tally::Tally;

#[derive(Debug)]
pub(super) struct Meter {
    phases: Vec<Tally>,
    baseline: Option<Glimpse>,
    generator_delay: Latencies,
    may_exist: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// Each phase under load, in order, with its actual offset and length.
    pub phases: Vec<PhaseStatistics>,
    /// The baseline as it was when the first fault was injected or, in a run that ended early, when
    /// the steady state was judged. `None` if neither happened.
    pub baseline: Option<PhaseStatistics>,
    /// The generator's delay over the whole run.
    pub generator_delay: Option<Percentiles>,
    /// How many workflows exist or may exist.
    pub may_exist: u64,
}

/// A phase as it is at an offset of the run.
#[derive(Debug)]
struct Glimpse {
    at: Duration,
    tally: Tally,
}

impl Meter {
    /// A meter without iterations. With `glimpse` it also measures the baseline as of that offset.
    pub(super) fn new(plan: &RunPlan, faults: &[FaultRecord], glimpse: Option<Duration>) -> Self {
        let phases = as_they_were(plan, faults);
        let baseline = plan.phase(Phase::Baseline).zip(glimpse);
        Self {
            phases: phases.into_iter().map(Tally::new).collect(),
            baseline: baseline.map(|(planned, at)| Glimpse::new(planned.clone(), at)),
            generator_delay: Latencies::default(),
            may_exist: 0,
        }
    }

    pub(super) fn add(&mut self, iteration: &Iteration) {
        for phase in &mut self.phases {
            phase.add(iteration);
        }
        if let Some(baseline) = &mut self.baseline {
            baseline.add(iteration);
        }
        self.generator_delay
            .record_generator_delay(iteration, iteration.arrivals());
        self.may_exist += u64::from(iteration.may_exist());
    }

    pub(super) fn finish(self) -> Measures {
        Measures {
            phases: self.phases.into_iter().map(Tally::finish).collect(),
            baseline: self.baseline.map(|glimpse| glimpse.tally.finish()),
            generator_delay: self.generator_delay.percentiles(),
            may_exist: self.may_exist,
        }
    }
}

impl Glimpse {
    fn new(planned: PlannedPhase, at: Duration) -> Self {
        let tally = Tally::new(planned);
        Self { at, tally }
    }

    /// Counts an iteration as it was at that offset: ended or under way.
    fn add(&mut self, iteration: &Iteration) {
        if iteration.ended() < self.at {
            self.tally.add(iteration);
        } else if iteration.unsent().is_none() {
            self.tally.add_under_way(iteration.intended(), self.at);
        }
    }
}
