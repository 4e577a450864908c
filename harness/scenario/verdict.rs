//! What a run says: one of seven words, with a reason in one line. Pure.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expectation::{Expectation, evaluate};
use super::model::Phase;
use super::plan::RunPlan;
use super::record::FaultRecord;
use super::statistics::PhaseStatistics;
use crate::check::{Evidence, Finding, check};
use crate::load::Percentiles;
use crate::quantity::Duration;
use crate::watch::Seen;

/// The kinds of verdict, from the lightest to the gravest: of several scenarios, the gravest
/// decides.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// Everything that was asked for held.
    Pass,
    /// The scenario needs more than this place has; nothing was run.
    Skipped,
    /// The run says nothing: no steady state, a fault without effect, a saturated generator.
    Inconclusive,
    /// A threshold was missed.
    ThresholdMissed,
    /// An invariant was violated.
    Fail,
    /// The run was interrupted, and its faults were healed.
    Interrupted,
    /// A fault could not be undone: the environment is not what it was.
    HealFailed,
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Pass => "pass",
            Self::Skipped => "skipped",
            Self::Inconclusive => "inconclusive",
            Self::ThresholdMissed => "threshold-missed",
            Self::Fail => "fail",
            Self::Interrupted => "interrupted",
            Self::HealFailed => "heal-failed",
        })
    }
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// Which.
    pub kind: VerdictKind,
    /// Why, in one line.
    pub reason: String,
}

impl Verdict {
    fn new(kind: VerdictKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
        }
    }

    /// The verdict on a scenario that needs more than a place has.
    pub fn skipped(reasons: &[String]) -> Self {
        Self::new(VerdictKind::Skipped, reasons.join("; "))
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It went through all its phases.
    Complete,
    /// The baseline was not steady: no fault was injected, and the load ended there.
    NotSteady,
    /// Someone asked it to stop.
    Interrupted,
}

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
    /// Why the environment is not what it was, if it is not.
    pub heal_failure: Option<&'a str>,
    /// Who died although no fault had planned it.
    pub watched: &'a Seen,
}

/// A verdict with all that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Every threshold with its value; those of the steady state first.
    pub expectations: Vec<Expectation>,
    /// Every invariant with its counter-examples; empty after an interruption.
    pub findings: Vec<Finding>,
}

/// Judges a run. The gravest thing that is known decides; a violated invariant counts even where
/// the run is otherwise inconclusive, a missed threshold does not.
pub fn judge(plan: &RunPlan, seen: &Observations<'_>) -> Judgement {
    let findings = match seen.ending {
        Ending::Interrupted => Vec::new(),
        Ending::Complete | Ending::NotSteady => plan
            .invariants
            .iter()
            .map(|invariant| check(*invariant, seen.evidence))
            .collect(),
    };
    let expectations = expectations(plan, seen);
    let verdict = heal_failed(seen)
        .or_else(|| interrupted(seen))
        .or_else(|| violated(&findings, seen.watched))
        .or_else(|| inconclusive(plan, seen))
        .or_else(|| missed(&expectations))
        .unwrap_or_else(|| pass(&expectations, seen));
    Judgement {
        verdict,
        expectations,
        findings,
    }
}

/// The thresholds of the steady state held against a baseline.
pub(super) fn steady_state(plan: &RunPlan, baseline: &PhaseStatistics) -> Vec<Expectation> {
    plan.steady_state
        .iter()
        .flat_map(|thresholds| evaluate(thresholds, baseline))
        .collect()
}

fn expectations(plan: &RunPlan, seen: &Observations<'_>) -> Vec<Expectation> {
    let of = |phase| {
        let mut statistics = seen.statistics.iter();
        statistics.find(|statistics| statistics.phase == phase)
    };
    let mut expectations = seen.steady_state.to_vec();
    if seen.ending == Ending::Complete {
        for planned in &plan.thresholds {
            let measured = of(planned.phase).expect("a plan has thresholds of loaded phases only");
            expectations.extend(evaluate(&planned.thresholds, measured));
        }
    }
    expectations
}

fn heal_failed(seen: &Observations<'_>) -> Option<Verdict> {
    let failure = seen.heal_failure?;
    // What died comes first: nothing can be healed where what it stands on is gone.
    let death = died(seen.watched).map(|death| format!("{death}; "));
    let death = death.unwrap_or_default();
    let reason = format!("{death}{failure}; run `harness heal`");
    Some(Verdict::new(VerdictKind::HealFailed, reason))
}

fn interrupted(seen: &Observations<'_>) -> Option<Verdict> {
    let reason = "interrupted before the end; every fault is healed";
    matches!(seen.ending, Ending::Interrupted)
        .then(|| Verdict::new(VerdictKind::Interrupted, reason))
}

fn violated(findings: &[Finding], watched: &Seen) -> Option<Verdict> {
    let finding = findings
        .iter()
        .find(|finding| !finding.counter_examples.is_empty())?;
    let first = finding.counter_examples.first()?;
    let death = died(watched).map(|death| format!("; {death}"));
    let reason = format!(
        "{} is violated by {} of {}: {}: {}{}",
        finding.invariant,
        finding.counter_examples.len(),
        workflows(finding.checked),
        first.workflow_id,
        first.what,
        death.unwrap_or_default()
    );
    Some(Verdict::new(VerdictKind::Fail, reason))
}

fn inconclusive(plan: &RunPlan, seen: &Observations<'_>) -> Option<Verdict> {
    // A death is the cause of most that comes after it.
    let reason = died(seen.watched)
        .or_else(|| not_steady(seen))
        .or_else(|| unwatched(seen.watched))
        .or_else(|| seen.faults.iter().find_map(without_effect))
        .or_else(|| saturated(plan.generator_delay, seen.generator_delay.as_ref()))
        .or_else(|| unreadable(seen.evidence))
        .or_else(|| nothing_completed(seen.statistics))
        .or_else(|| healed_too_late(plan, seen.statistics))
        .or_else(|| dropped_unasked(plan, seen.statistics))
        .or_else(|| unanswered_unasked(plan, seen.statistics))?;
    Some(Verdict::new(VerdictKind::Inconclusive, reason))
}

fn died(watched: &Seen) -> Option<String> {
    let first = watched.deaths.first()?;
    let more = match watched.deaths.len() {
        1 => String::new(),
        count => format!(", and {} more died", count - 1),
    };
    Some(format!("{first}{more}"))
}

fn unwatched(watched: &Seen) -> Option<String> {
    let reason = watched.unseen.as_ref()?;
    Some(format!(
        "it is not known whether all replicas lived to the end: {reason}"
    ))
}

fn not_steady(seen: &Observations<'_>) -> Option<String> {
    if seen.ending != Ending::NotSteady {
        return None;
    }
    let Expectation {
        metric,
        wanted,
        actual,
        ..
    } = seen
        .steady_state
        .iter()
        .find(|expectation| !expectation.met)?;
    Some(format!(
        "no steady state: {metric} was {actual}, wanted {wanted}; no fault was injected"
    ))
}

fn without_effect(fault: &FaultRecord) -> Option<String> {
    let id = &fault.id;
    match (&fault.failure, &fault.effect) {
        (Some(failure), _) => Some(failure.clone()),
        (None, Some(effect)) if effect.proven => None,
        (None, Some(effect)) => Some(format!(
            "fault `{id}` had no proven effect: {}",
            effect.observation
        )),
        (None, None) => Some(format!("fault `{id}` was not injected")),
    }
}

fn saturated(bound: Duration, delay: Option<&Percentiles>) -> Option<String> {
    let p99 = delay?.p99;
    (p99 > bound).then(|| {
        let p99 = p99.approximate();
        format!(
            "the load generator was saturated: its starts were {p99} late at p99, bound {bound}"
        )
    })
}

fn unreadable(evidence: &Evidence) -> Option<String> {
    let (id, reason) = evidence.unreadable().next()?;
    let count = u64::try_from(evidence.unreadable().count()).expect("a count fits 64 bits");
    let executions = workflows(count);
    Some(format!(
        "{executions} could not be read back: {id}: {reason}"
    ))
}

fn nothing_completed(statistics: &[PhaseStatistics]) -> Option<String> {
    let none = statistics.iter().all(|phase| phase.completed == 0);
    none.then(|| "not one workflow completed, so nothing was tested".to_owned())
}

/// Arrivals that were never sent test nothing. A phase whose thresholds speak of them is judged by
/// those; elsewhere more than a hundredth makes the run say nothing.
fn dropped_unasked(plan: &RunPlan, statistics: &[PhaseStatistics]) -> Option<String> {
    let spoken_of = |phase| {
        let mut thresholds = plan.thresholds.iter();
        thresholds.any(|planned| planned.phase == phase && planned.thresholds.dropped.is_some())
    };
    let phase = statistics
        .iter()
        .find(|phase| phase.dropped * 100 > phase.offered && !spoken_of(phase.phase))?;
    Some(format!(
        "{} of {} arrivals in {} were dropped: as many as allowed were in flight",
        phase.dropped, phase.offered, phase.phase
    ))
}

/// A recovery is judged from when every fault is healed; by less than half of it, it is not.
fn healed_too_late(plan: &RunPlan, statistics: &[PhaseStatistics]) -> Option<String> {
    let planned = plan.phase(Phase::Recovery)?.length;
    let mut statistics = statistics.iter();
    let left = statistics
        .find(|phase| phase.phase == Phase::Recovery)?
        .length;
    (left.as_std() * 2 < planned.as_std()).then(|| {
        let late = Duration::from(planned.as_std().saturating_sub(left.as_std())).approximate();
        format!("healing went on for {late} of the recovery of {planned}, so that it says nothing")
    })
}

/// A start that was refused, or whose answer never came, tested nothing. Of a warmup nothing is
/// asked, and with a fault that is to be expected; a phase whose thresholds speak of errors is
/// judged by those. Elsewhere one makes the run say nothing.
fn unanswered_unasked(plan: &RunPlan, statistics: &[PhaseStatistics]) -> Option<String> {
    let steady_state = plan.steady_state.iter().map(|it| (Phase::Baseline, it));
    let thresholds = plan.thresholds.iter().map(|it| (it.phase, &it.thresholds));
    let spoken_of: Vec<Phase> = steady_state
        .chain(thresholds)
        .filter(|(_, thresholds)| thresholds.error_rate.is_some())
        .map(|(phase, _)| phase)
        .chain(plan.faults.iter().map(|fault| fault.phase))
        .chain([Phase::Warmup])
        .collect();
    let phase = statistics
        .iter()
        .find(|phase| phase.refused + phase.unknown > 0 && !spoken_of.contains(&phase.phase))?;
    Some(format!(
        "{} of {} starts in {} were refused or had no clear answer, and no `error-rate` says how \
         many may",
        phase.refused + phase.unknown,
        phase.offered - phase.dropped,
        phase.phase
    ))
}

fn missed(expectations: &[Expectation]) -> Option<Verdict> {
    let missed: Vec<_> = expectations
        .iter()
        .filter(|expectation| !expectation.met)
        .collect();
    let Expectation {
        phase,
        metric,
        wanted,
        actual,
        ..
    } = missed.first()?;
    let more = match missed.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let reason = format!("{metric} in phase {phase} was {actual}, wanted {wanted}{more}");
    Some(Verdict::new(VerdictKind::ThresholdMissed, reason))
}

fn pass(expectations: &[Expectation], seen: &Observations<'_>) -> Verdict {
    let completed: u64 = seen.statistics.iter().map(|phase| phase.completed).sum();
    let checked = workflows(completed);
    let reason = match (expectations.is_empty(), seen.faults.is_empty()) {
        (true, true) => format!("{checked} completed, and all of them are as they should be"),
        (true, false) => format!("{checked} completed, and none was lost or wrong"),
        (false, _) => format!("{checked} completed, and every expectation is met"),
    };
    Verdict::new(VerdictKind::Pass, reason)
}

fn workflows(count: u64) -> String {
    if count == 1 {
        "1 workflow".to_owned()
    } else {
        format!("{count} workflows")
    }
}
