//! Whether the baseline was steady. Pure.
//!
//! It is judged twice. First at the end of the baseline, because faults are injected only if it was
//! steady. Then after the run, because only then the latency of every iteration of the baseline is
//! known.

use backend::event::Ending;

use super::expectation::{Expectation, evaluate};
use super::model::Phase;
use super::observations::Observations;
use super::plan::RunPlan;
use super::statistics::PhaseStatistics;

/// Compares the thresholds of the steady state with a baseline.
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

/// The expectations of the steady state after a run.
///
/// A fault delays iterations that are under way when it is injected. So a missed threshold is judged
/// again as of the injection, when those iterations count as under way. If the run ended early, the
/// first judgement stands.
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
