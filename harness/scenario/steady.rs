//! Whether the baseline was steady. Pure.
//!
//! It is judged twice. When the baseline ends, on what is known by then, because the faults that
//! follow are injected only if it was steady. And when the run is over, because only then is it
//! known how long everything took that was to start in the baseline.

use load::Operation;

use super::expectation::{Expectation, evaluate};
use super::model::Phase;
use super::observations::{Ending, Observations};
use super::plan::{PlannedPhase, RunPlan};
use super::statistics::{PhaseStatistics, Seen, of_phase};

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
/// looked at as it was then: under way for so long, as in the first judgement.
pub(super) fn at_the_end(plan: &RunPlan, seen: &Observations<'_>) -> Vec<Expectation> {
    let (Ending::Complete, Some(baseline)) = (seen.ending, seen.phase(Phase::Baseline)) else {
        return seen.steady_state.to_vec();
    };
    let all = steady_state(plan, baseline);
    let injected = seen.faults.iter().filter_map(|fault| fault.injected).min();
    let (false, Some(injected), Some(planned)) =
        (is_met(&all), injected, plan.phase(Phase::Baseline))
    else {
        return all;
    };
    let undisturbed = before(planned, injected.as_std(), &seen.evidence.operations);
    let undisturbed = steady_state(plan, &undisturbed);
    if is_met(&undisturbed) {
        undisturbed
    } else {
        all
    }
}

/// A phase as it looked at a moment after it.
fn before(
    planned: &PlannedPhase,
    at: std::time::Duration,
    operations: &[Operation],
) -> PhaseStatistics {
    let (ended, later): (Vec<&Operation>, Vec<&Operation>) = operations
        .iter()
        .partition(|operation| operation.ended < at);
    let under_way = later.iter().filter(|it| it.outcome.unsent().is_none());
    let under_way: Vec<_> = under_way.map(|operation| operation.intended).collect();
    let seen = Seen {
        operations: &ended,
        under_way: &under_way,
        at,
    };
    of_phase(planned, seen)
}
