//! Whether the baseline was steady. Pure.
//!
//! It is judged twice. When the baseline ends, on what is known by then, because the faults that
//! follow are injected only if it was steady. And when the run is over, because only then is it
//! known how long everything took that was to start in the baseline.

use backend::event::Ending;

use super::expectation::{Expectation, evaluate};
use super::model::Phase;
use super::observations::Observations;
use super::plan::RunPlan;
use super::statistics::PhaseStatistics;

/// The thresholds of the steady state held against a baseline.
pub(super) fn steady_state(plan: &RunPlan, baseline: &PhaseStatistics) -> Vec<Expectation> {
    plan.steady_state
        .iter()
        .flat_map(|thresholds| evaluate(thresholds, baseline))
        .collect()
}

/// Whether all of them are met.
pub(super) fn is_met(expectations: &[Expectation]) -> bool {
    expectations.iter().all(|expectation| expectation.met)
}

/// The thresholds of the steady state as they are known once a run is over.
///
/// A fault delays what is under way when it is injected. So where a threshold is missed, that is
/// looked at as it was then: under way for so long, as in the first judgement. Where the run ended
/// before all its phases, it is as it looked when it was first judged.
pub(super) fn at_the_end(plan: &RunPlan, seen: &Observations) -> Vec<Expectation> {
    let glimpse = seen.measures.baseline.as_ref();
    let as_it_looked = glimpse.map(|baseline| steady_state(plan, baseline));
    if seen.ending != Ending::Complete {
        return as_it_looked.unwrap_or_default();
    }
    let Some(baseline) = seen.phase(Phase::Baseline) else {
        return Vec::new();
    };
    let all = steady_state(plan, baseline);
    match as_it_looked {
        Some(undisturbed) if !is_met(&all) && is_met(&undisturbed) => undisturbed,
        _ => all,
    }
}
