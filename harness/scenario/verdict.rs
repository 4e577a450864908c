//! The verdict of a run: one of seven words, one line of reason, and a list of all reasons. Pure.

use backend::event::Ending;
use check::{Finding, workflows};
pub use model::verdict_kind::VerdictKind;
use schemars::JsonSchema;
use serde::Serialize;

use super::doubt::{died, doubts};
use super::expectation::{Expectation, evaluate};
use super::observations::Observations;
use super::plan::RunPlan;
use super::steady;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    pub kind: VerdictKind,
    /// One line: the gravest reason and the number of others.
    pub reason: String,
    /// Every reason, the gravest first. After the reasons for this verdict come the reasons for lighter
    /// verdicts: violated invariants, and why the run would be inconclusive.
    pub reasons: Vec<String>,
}

impl Verdict {
    fn new(kind: VerdictKind, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            kind,
            reasons: vec![reason.clone()],
            reason,
        }
    }

    /// The verdict for some reasons, the gravest first; `None` without a reason.
    fn of_gravest(kind: VerdictKind, reasons: Vec<String>) -> Option<Self> {
        let gravest = reasons.first()?;
        let reason = match reasons.len() {
            1 => gravest.clone(),
            count => format!("{gravest}, and {} more", count - 1),
        };
        Some(Self {
            kind,
            reason,
            reasons,
        })
    }

    /// Adds a cause to the one line.
    fn beside(mut self, cause: Option<String>) -> Self {
        self.reason.extend(cause.map(|cause| format!("; {cause}")));
        self
    }

    fn followed_by(mut self, others: &[String]) -> Self {
        self.reasons.extend_from_slice(others);
        self
    }

    /// The verdict for a scenario that needs something the place does not have.
    pub fn skipped(reasons: &[String]) -> Self {
        Self {
            kind: VerdictKind::Skipped,
            reason: reasons.join("; "),
            reasons: reasons.to_vec(),
        }
    }
}

/// A verdict with the expectations that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Every threshold with its measured value; those of the steady state first.
    pub expectations: Vec<Expectation>,
}

/// Judges a run by the gravest known reason. A violated invariant counts even in a run that is
/// otherwise inconclusive; a missed threshold does not.
pub fn judge(plan: &RunPlan, seen: &Observations) -> Judgement {
    let steady_state = steady::at_the_end(plan, seen);
    let doubts = doubts(plan, seen, &steady_state);
    let expectations = expectations(plan, seen, steady_state);
    let violated = Verdict::of_gravest(VerdictKind::Fail, violations(&seen.findings));
    let verdict = heal_failed(seen)
        .map(|verdict| verdict.followed_by(&violations(&seen.findings)))
        .or_else(|| interrupted(seen))
        .or_else(|| violated.map(|verdict| verdict.beside(died(&seen.watched))))
        .map(|verdict| verdict.followed_by(&doubts))
        .or_else(|| Verdict::of_gravest(VerdictKind::Inconclusive, doubts))
        .or_else(|| missed(&expectations))
        .unwrap_or_else(|| pass(&expectations, seen));
    Judgement {
        verdict,
        expectations,
    }
}

fn expectations(
    plan: &RunPlan,
    seen: &Observations,
    steady_state: Vec<Expectation>,
) -> Vec<Expectation> {
    let mut expectations = steady_state;
    if seen.ending == Ending::Complete {
        for planned in &plan.thresholds {
            let measured = seen.phase(planned.phase);
            let measured = measured.expect("a plan has thresholds of loaded phases only");
            expectations.extend(evaluate(&planned.thresholds, measured));
        }
    }
    expectations
}

fn heal_failed(seen: &Observations) -> Option<Verdict> {
    let failure = seen.heal_failure.as_ref()?;
    // A death comes first, because it often is why healing failed.
    let death = died(&seen.watched).map(|death| format!("{death}; "));
    let death = death.unwrap_or_default();
    Some(Verdict::new(
        VerdictKind::HealFailed,
        format!("{death}{failure}"),
    ))
}

fn interrupted(seen: &Observations) -> Option<Verdict> {
    let reason = "interrupted before the end; every fault is healed";
    matches!(seen.ending, Ending::Interrupted)
        .then(|| Verdict::new(VerdictKind::Interrupted, reason))
}

/// The reasons of violated invariants in the order of `Invariant`, which is their gravity.
fn violations(findings: &[Finding]) -> Vec<String> {
    let mut violated: Vec<_> = findings
        .iter()
        .filter(|finding| finding.violated > 0)
        .collect();
    violated.sort_by_key(|finding| finding.invariant);
    let reasons = violated.into_iter().filter_map(|finding| {
        let first = finding.counter_examples.first()?;
        Some(format!(
            "{} is {}: {}: {}",
            finding.invariant,
            finding.outcome(),
            first.workflow_id,
            first.what
        ))
    });
    reasons.collect()
}

/// The threshold that is missed by the largest factor comes first.
fn missed(expectations: &[Expectation]) -> Option<Verdict> {
    let mut missed: Vec<_> = expectations
        .iter()
        .filter(|expectation| !expectation.met)
        .collect();
    missed.sort_by(|one, other| other.excess.total_cmp(&one.excess));
    let reasons = missed.into_iter().map(|expectation| {
        let Expectation { phase, metric, .. } = expectation;
        expectation.told(&format!("{metric} in phase {phase}"))
    });
    Verdict::of_gravest(VerdictKind::ThresholdMissed, reasons.collect())
}

/// The verdict without any reason against the run.
fn pass(expectations: &[Expectation], seen: &Observations) -> Verdict {
    let phases = seen.measures.phases.iter();
    let completed: u64 = phases.map(|phase| phase.completed).sum();
    let completed = workflows(completed);
    let held = match (expectations.is_empty(), seen.findings.is_empty()) {
        (true, true) => "the scenario has no expectations",
        (true, false) => "every invariant holds",
        (false, _) => "every expectation is met",
    };
    let reason = format!("{completed} completed, and {held}");
    Verdict::new(VerdictKind::Pass, reason)
}
