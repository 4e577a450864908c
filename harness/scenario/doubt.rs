//! Why a run says nothing, if it does: every reason, from the gravest to the lightest. Pure.
//!
//! First comes what keeps the whole run from saying anything, then what was broken or offered
//! otherwise than planned, then what is missing in the evidence, then what is wrong with single
//! phases: there the warmup, of which nothing is asked, comes last, and of the others the one of
//! which the greatest share is affected comes first.

use backend::event::Ending;
use backend::fault::Proof;
use check::{Finding, Unread, workflows};
use engine::watch::{Seen, not_known};
use load::Percentiles;
use model::quantity::Duration;

use super::expectation::{Expectation, percent};
use super::model::{LatencyThresholds, Phase, Thresholds};
use super::observations::Observations;
use super::plan::RunPlan;
use super::record::FaultRecord;
use super::statistics::{PhaseStatistics, ratio};

/// Of this share of what a phase was offered no more may be missing where its thresholds do not
/// speak of it.
const TOLERATED: f64 = 0.01;

/// For so long a machine that does much else may keep the harness waiting.
const SHORT_STOP: Duration = Duration::from_secs(2);

/// Every reason why a run says nothing; none of one that was interrupted, which is reason enough.
pub(super) fn doubts(
    plan: &RunPlan,
    seen: &Observations,
    steady_state: &[Expectation],
) -> Vec<String> {
    if seen.ending == Ending::Interrupted {
        return Vec::new();
    }
    let statistics = &seen.measures.phases;
    let delay = seen.measures.generator_delay.as_ref();
    // A death is the cause of most that comes after it.
    let deaths = seen.watched.deaths.iter().map(ToString::to_string);
    deaths
        .chain(stopped(plan, seen))
        .chain(not_steady(seen, steady_state))
        .chain(unwatched(&seen.watched))
        .chain(nothing_completed(statistics))
        .chain(without_effect(seen))
        .chain(saturated(plan.generator_delay, delay))
        .chain(unreadable(&seen.unread))
        .chain(checked_on_nothing(&seen.findings))
        .chain(checked_in_part(&seen.unread, &seen.findings))
        .chain(healed_too_late(plan, seen))
        .chain(of_phases(plan, seen))
        .collect()
}

/// Who died although no fault had planned it.
pub(super) fn died(watched: &Seen) -> Option<String> {
    let first = watched.deaths.first()?;
    let more = match watched.deaths.len() {
        1 => String::new(),
        count => format!(", and {} more died", count - 1),
    };
    Some(format!("{first}{more}"))
}

fn unwatched(watched: &Seen) -> Option<String> {
    watched.unseen.as_deref().map(not_known)
}

/// While the harness cannot run it sends nothing and notices no answer: then what it measured is about
/// itself. What its own delay may be is no matter.
fn stopped(plan: &RunPlan, seen: &Observations) -> Option<String> {
    let bound = plan.generator_delay.max(SHORT_STOP);
    (seen.longest_stop > bound).then(|| {
        let stop = seen.longest_stop.approximate();
        format!("the harness itself was stopped, or got no time to run, for {stop} on end")
    })
}

fn not_steady(seen: &Observations, steady_state: &[Expectation]) -> Option<String> {
    let missed = steady_state
        .iter()
        .filter(|expectation| !expectation.met)
        .max_by(|one, other| one.excess.total_cmp(&other.excess));
    let missed = missed.map(|missed| missed.told(&missed.metric.to_string()));
    match (seen.ending, missed) {
        (Ending::NotSteady, Some(missed)) => {
            Some(format!("no steady state: {missed}; no fault was injected"))
        }
        // What was known when the baseline ended is more by now, and would have been enough.
        (Ending::NotSteady, None) if !steady_state.is_empty() => {
            Some("no steady state when the baseline ended; no fault was injected".to_owned())
        }
        (Ending::Complete, Some(missed)) => Some(format!(
            "no steady state: once all that began in the baseline had ended, {missed}"
        )),
        (Ending::Complete | Ending::NotSteady, None) | (Ending::Interrupted, _) => None,
    }
}

fn nothing_completed(statistics: &[PhaseStatistics]) -> Option<String> {
    let none = statistics.iter().all(|phase| phase.completed == 0);
    none.then(|| "not one workflow completed, so nothing was tested".to_owned())
}

/// Where the run ended before, no fault was meant to be injected any more.
fn without_effect(seen: &Observations) -> impl Iterator<Item = String> {
    let is_over = seen.ending == Ending::NotSteady;
    let faults = seen.faults.iter().filter(move |_| !is_over);
    faults.filter_map(fault_without_effect)
}

fn fault_without_effect(fault: &FaultRecord) -> Option<String> {
    let id = &fault.id;
    match (&fault.failure, &fault.effect) {
        (Some(failure), _) => Some(failure.clone()),
        (None, Some(Proof::Seen(_))) => None,
        (None, Some(Proof::Unseen(reason))) => {
            Some(format!("fault `{id}` had no proven effect: {reason}"))
        }
        (None, None) => Some(format!("fault `{id}` was not injected")),
    }
}

fn saturated(bound: Duration, delay: Option<&Percentiles>) -> Option<String> {
    let p99 = delay?.p99;
    p99.may_exceed(bound).then(|| {
        let unknown = if p99.at_least > bound {
            ""
        } else {
            ", and how much later is not known of what was not sent"
        };
        format!(
            "the load generator was saturated: its starts were {p99} late at p99{unknown}, bound \
             {bound}"
        )
    })
}

fn unreadable(unread: &Unread) -> Option<String> {
    let (id, reason) = unread.first.as_ref()?;
    let executions = workflows(unread.workflows);
    Some(format!(
        "{executions} could not be read back: {id}: {reason}"
    ))
}

/// An invariant that was asked for and could be checked on no workflow is not known to hold.
fn checked_on_nothing(findings: &[Finding]) -> Option<String> {
    let unchecked = findings.iter().filter(|finding| finding.checked == 0);
    let names: Vec<_> = unchecked.map(|it| it.invariant.to_string()).collect();
    let verb = match names.len() {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    Some(format!(
        "{} {verb} checked on no workflow",
        names.join(", ")
    ))
}

/// An invariant that could not be checked on all workflows that it is about is not known to hold.
/// What could not be read back is told by itself.
fn checked_in_part(unread: &Unread, findings: &[Finding]) -> impl Iterator<Item = String> {
    let unreadable = unread.workflows;
    let in_part = findings
        .iter()
        .filter(move |it| it.checked > 0 && it.not_checked > unreadable && it.violated == 0);
    in_part.map(|finding| format!("{} {}", finding.invariant, finding.outcome()))
}

/// A recovery is judged from when every fault is healed; by less than half of it, it is not.
fn healed_too_late(plan: &RunPlan, seen: &Observations) -> Option<String> {
    let planned = plan.phase(Phase::Recovery)?.length;
    let left = seen.phase(Phase::Recovery)?.length;
    (left.as_std() * 2 < planned.as_std()).then(|| {
        let late = Duration::from(planned.as_std().saturating_sub(left.as_std())).approximate();
        format!("healing went on for {late} of the recovery of {planned}, so that it says nothing")
    })
}

/// Something that is missing in one phase.
struct Missing {
    phase: Phase,
    /// Of what was offered or sent in it.
    share: f64,
    reason: String,
}

fn of_phases(plan: &RunPlan, seen: &Observations) -> impl Iterator<Item = String> {
    // What was under way when a run ended early has no answer because of that.
    let is_complete = seen.ending == Ending::Complete;
    let mut missing: Vec<_> = seen
        .measures
        .phases
        .iter()
        .flat_map(|phase| {
            let all = [
                dropped(plan, phase),
                not_sent(phase),
                failed(plan, phase),
                given_up(plan, phase).filter(|_| is_complete),
                unacknowledged(plan, phase).filter(|_| is_complete),
            ];
            all.into_iter().flatten()
        })
        .collect();
    missing.sort_by(|one, other| {
        let is_warmup = |missing: &Missing| missing.phase == Phase::Warmup;
        let later = is_warmup(one).cmp(&is_warmup(other));
        later.then(other.share.total_cmp(&one.share))
    });
    missing.into_iter().map(|missing| missing.reason)
}

/// Arrivals that were never sent test nothing. A phase whose thresholds speak of them is judged by
/// those; elsewhere more than a hundredth makes the run say nothing.
fn dropped(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.dropped, phase.offered);
    let is_asked = speaks(plan, phase.phase, |thresholds| thresholds.dropped.is_some());
    (share > TOLERATED && !is_asked).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} arrivals in {} were dropped: as many as allowed were in flight",
            phase.dropped, phase.offered, phase.phase
        ),
    })
}

/// What the generator did not come to in time is never the server's doing, so no threshold speaks
/// of it.
fn not_sent(phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.not_sent, phase.offered);
    (share > TOLERATED).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} arrivals in {} were not sent: the load had ended when the generator came to \
             them",
            phase.not_sent, phase.offered, phase.phase
        ),
    })
}

/// A workflow that closed otherwise than as completed did not do what was asked of it.
fn failed(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.failed, phase.sent());
    (share > TOLERATED && !speaks_of_errors(plan, phase.phase)).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} workflows in {} failed, which is {}, and no `error-rate` says how many may",
            phase.failed,
            phase.sent(),
            phase.phase,
            percent(share)
        ),
    })
}

/// Nobody knows how long that took, or would have taken, which was given up on.
fn given_up(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.given_up, phase.sent());
    (share > TOLERATED && !speaks_of_errors(plan, phase.phase)).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} workflows in {} were given up on before they closed, which is {}, and no \
             `error-rate` says how many may",
            phase.given_up,
            phase.sent(),
            phase.phase,
            percent(share)
        ),
    })
}

/// A start that was refused, or whose answer never came, tested nothing. Of a warmup nothing is
/// asked, and with a fault that is to be expected, unless it is asked there how long workflows take:
/// those that never started are missing in the answer. A phase whose thresholds speak of errors is
/// judged by those. Elsewhere one makes the run say nothing.
fn unacknowledged(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let has_fault = plan.faults.iter().any(|fault| fault.phase == phase.phase);
    let is_expected = phase.phase == Phase::Warmup
        || (has_fault && !speaks_of_latency(plan, phase.phase))
        || speaks_of_errors(plan, phase.phase);
    (phase.unacknowledged > 0 && !is_expected).then(|| Missing {
        phase: phase.phase,
        share: ratio(phase.unacknowledged, phase.sent()),
        reason: format!(
            "{} of {} starts in {} were refused or had no clear answer, and no `error-rate` says \
             how many may",
            phase.unacknowledged,
            phase.sent(),
            phase.phase
        ),
    })
}

/// Whether a phase is judged by how many errors it has; the steady state speaks of the baseline.
fn speaks_of_errors(plan: &RunPlan, phase: Phase) -> bool {
    speaks(plan, phase, |thresholds| thresholds.error_rate.is_some())
}

/// Whether it is asked of a phase how long its workflows take.
fn speaks_of_latency(plan: &RunPlan, phase: Phase) -> bool {
    speaks(plan, phase, |thresholds| {
        thresholds.start_to_close != LatencyThresholds::default()
    })
}

fn speaks(plan: &RunPlan, phase: Phase, of: fn(&Thresholds) -> bool) -> bool {
    let steady_state = plan.steady_state.iter().map(|it| (Phase::Baseline, it));
    let thresholds = plan.thresholds.iter().map(|it| (it.phase, &it.thresholds));
    steady_state
        .chain(thresholds)
        .any(|(of_phase, thresholds)| of_phase == phase && of(thresholds))
}
