//! Whether the baseline was steady. Pure.
//!
//! It is judged twice. When the baseline ends, on what is known by then, because the faults that
//! follow are injected only if it was steady. And when the run is over, because only then is it
//! known how long everything took that was to start in the baseline.

use super::expectation::{Expectation, evaluate};
use super::model::Phase;
use super::plan::RunPlan;
use super::statistics::{PhaseStatistics, Seen, of_phase};
use super::verdict::{Ending, Observations};
use crate::load::Operation;

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
/// A fault delays what is under way when it is injected. So where a threshold is missed, it is
/// looked at without that.
pub(super) fn at_the_end(plan: &RunPlan, seen: &Observations<'_>) -> Vec<Expectation> {
    let measured = seen.statistics.iter();
    let baseline = measured
        .clone()
        .find(|statistics| statistics.phase == Phase::Baseline);
    let (Ending::Complete, Some(baseline)) = (seen.ending, baseline) else {
        return seen.steady_state.to_vec();
    };
    let all = steady_state(plan, baseline);
    let injected = seen.faults.iter().filter_map(|fault| fault.injected).min();
    let (false, Some(injected), Some(planned)) =
        (is_met(&all), injected, plan.phase(Phase::Baseline))
    else {
        return all;
    };
    let undisturbed: Vec<Operation> = seen
        .evidence
        .operations
        .iter()
        .filter(|operation| operation.ended < injected.as_std())
        .cloned()
        .collect();
    let undisturbed = steady_state(plan, &of_phase(planned, Seen::at_the_end(&undisturbed)));
    if is_met(&undisturbed) {
        undisturbed
    } else {
        all
    }
}
