//! What a run says: one of seven words, with a reason in one line and all of them in a list. Pure.

use backend::event::Ending;
use check::{Finding, workflows};
pub use model::verdict::VerdictKind;
use schemars::JsonSchema;
use serde::Serialize;

use super::doubt::{died, doubts};
use super::expectation::{Expectation, evaluate};
use super::observations::Observations;
use super::plan::RunPlan;
use super::steady;

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// Which.
    pub kind: VerdictKind,
    /// Why, in one line: the gravest of the reasons, and how many more there are.
    pub reason: String,
    /// Every reason for it, the gravest first. After those that decide come the reasons for which the
    /// run would otherwise be a lighter verdict: violated invariants, and why it says nothing.
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

    /// The verdict for the gravest of some reasons; `None` without one.
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

    /// What else belongs into the one line.
    fn beside(mut self, cause: Option<String>) -> Self {
        self.reason.extend(cause.map(|cause| format!("; {cause}")));
        self
    }

    fn followed_by(mut self, others: &[String]) -> Self {
        self.reasons.extend_from_slice(others);
        self
    }

    /// The verdict on a scenario that needs more than a place has.
    pub fn skipped(reasons: &[String]) -> Self {
        Self {
            kind: VerdictKind::Skipped,
            reason: reasons.join("; "),
            reasons: reasons.to_vec(),
        }
    }
}

/// A verdict with all that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Every threshold with its value; those of the steady state first.
    pub expectations: Vec<Expectation>,
}

/// Judges a run. The gravest thing that is known decides; a violated invariant counts even where
/// the run is otherwise inconclusive, a missed threshold does not.
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
    // What died comes first: nothing can be healed where what it stands on is gone.
    let death = died(&seen.watched).map(|death| format!("{death}; "));
    let death = death.unwrap_or_default();
    let reason = format!("{death}{failure}; run `harness heal`");
    Some(Verdict::new(VerdictKind::HealFailed, reason))
}

fn interrupted(seen: &Observations) -> Option<Verdict> {
    let reason = "interrupted before the end; every fault is healed";
    matches!(seen.ending, Ending::Interrupted)
        .then(|| Verdict::new(VerdictKind::Interrupted, reason))
}

/// Lost work is graver than wrong work, and that than work that is not done: the order of the
/// invariants.
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

/// The threshold that is missed by most is the gravest.
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

/// Nothing is doubted, so that every invariant that was asked for holds for all that it is about.
fn pass(expectations: &[Expectation], seen: &Observations) -> Verdict {
    let phases = seen.measures.phases.iter();
    let completed: u64 = phases.map(|phase| phase.completed).sum();
    let completed = workflows(completed);
    let reason = match (expectations.is_empty(), seen.faults.is_empty()) {
        (true, _) if seen.findings.is_empty() => {
            format!("{completed} completed, and nothing more was asked for")
        }
        (true, true) => format!("{completed} completed, and all of them are as they should be"),
        (true, false) => format!("{completed} completed, and none was lost or wrong"),
        (false, _) => format!("{completed} completed, and every expectation is met"),
    };
    Verdict::new(VerdictKind::Pass, reason)
}
