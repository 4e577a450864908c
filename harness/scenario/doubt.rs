//! Why a run is inconclusive: every reason, the gravest first. Pure.
//!
//! The order is: what makes the whole run inconclusive, what differed from the plan, what is missing
//! in the evidence, what is wrong with single phases. Of the phases, the one with the greatest share
//! affected comes first, and the warmup comes last because nothing is expected of it.

use std::collections::BTreeMap;

use backend::event::Ending;
use backend::fault::Proof;
use check::{Finding, Unread, workflows};
use engine::watch::{Seen, not_known};
use load::Percentiles;
use model::quantity::Duration;

use super::breakdown::{CallFailures, CallStatistics};
use super::expectation::{Expectation, percent};
use super::model::{LatencyThresholds, Phase, Thresholds};
use super::observations::Observations;
use super::plan::RunPlan;
use super::record::FaultRecord;
use super::statistics::{PhaseStatistics, ratio};

/// The largest share of a phase's arrivals that may be missing if no threshold of the phase covers
/// them.
const TOLERATED: f64 = 0.01;

/// How long a busy machine may keep the harness from running.
const SHORT_STOP: Duration = Duration::from_secs(2);

/// Every reason why a run is inconclusive; none if it was interrupted, which has its own verdict.
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
    // A death causes most of the other reasons.
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

/// The first unplanned death, and how many more there are.
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

/// While the harness cannot run, it sends nothing and notices no answer, so latencies measure the harness.
fn stopped(plan: &RunPlan, seen: &Observations) -> Option<String> {
    let bound = plan.generator_delay.max(SHORT_STOP);
    (seen.longest_stop > bound).then(|| {
        let stop = seen.longest_stop.approximate();
        format!(
            "the harness could not run for {stop}: it was stopped, or the machine was overloaded"
        )
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
        // Iterations that ended later made the baseline steady, but the run had been stopped by then.
        (Ending::NotSteady, None) if !steady_state.is_empty() => {
            Some("no steady state when the baseline ended; no fault was injected".to_owned())
        }
        (Ending::Complete, Some(missed)) => Some(format!(
            "no steady state: after every workflow of the baseline had ended, {missed}"
        )),
        (Ending::Complete | Ending::NotSteady, None) | (Ending::Interrupted, _) => None,
    }
}

/// Nothing completed, or nothing of one flow, with the most frequent failure of its calls.
fn nothing_completed(statistics: &[PhaseStatistics]) -> Vec<String> {
    if statistics.iter().all(|phase| phase.completed == 0) {
        let why = why(statistics, |_| true);
        return vec![format!("no workflow completed, so nothing was tested{why}")];
    }
    let mut flows: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for flow in statistics.iter().flat_map(|phase| &phase.flows) {
        *flows.entry((&flow.workload, &flow.flow)).or_default() += flow.completed;
    }
    let without = flows.into_iter().filter(|(_, completed)| *completed == 0);
    let reason = |((workload, flow), _)| {
        let why = why(statistics, |call| {
            call.workload == workload && call.flow == flow
        });
        format!("no workflow of `{workload}` with the flow `{flow}` completed{why}")
    };
    without.map(reason).collect()
}

/// The most frequent failure of these calls, as the end of a sentence.
fn why(statistics: &[PhaseStatistics], of: impl Fn(&CallStatistics) -> bool) -> String {
    let calls = statistics.iter().flat_map(|phase| &phase.calls);
    let failed = calls
        .filter(|call| of(call))
        .filter_map(|call| Some((call, call.main_failure()?)));
    match failed.max_by_key(|(_, (_, failures))| failures.count) {
        None => String::new(),
        Some((call, (code, CallFailures { first, .. }))) => {
            format!(" (`{}`: {code}: {first})", call.call())
        }
    }
}

/// If the baseline was not steady, no fault was injected, and that is reported as such.
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
            " (arrivals that were not sent were later by an unknown time)"
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

/// An invariant that was checked on no workflow is not known to hold.
fn checked_on_nothing(findings: &[Finding]) -> Option<String> {
    let unchecked = findings.iter().filter(|finding| finding.checked == 0);
    let names: Vec<_> = unchecked.map(|it| it.invariant.to_string()).collect();
    let verb = match names.len() {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    Some(format!(
        "{} {verb} not checked on any workflow",
        names.join(", ")
    ))
}

/// An invariant that could not be checked on all workflows it applies to is not known to hold.
/// Workflows that could not be read back are a reason of their own.
fn checked_in_part(unread: &Unread, findings: &[Finding]) -> impl Iterator<Item = String> {
    let unreadable = unread.workflows;
    let in_part = findings
        .iter()
        .filter(move |it| it.checked > 0 && it.not_checked > unreadable && it.violated == 0);
    in_part.map(|finding| format!("{} {}", finding.invariant, finding.outcome()))
}

/// The recovery is judged from when every fault is healed, if at least half of it is left.
fn healed_too_late(plan: &RunPlan, seen: &Observations) -> Option<String> {
    let planned = plan.phase(Phase::Recovery)?.length;
    let left = seen.phase(Phase::Recovery)?.length;
    (left.as_std() * 2 < planned.as_std()).then(|| {
        let late = Duration::from(planned.as_std().saturating_sub(left.as_std())).approximate();
        format!(
            "healing took {late} of the recovery phase of {planned}: too little of the phase is left \
             to judge it"
        )
    })
}

struct Missing {
    phase: Phase,
    /// The share that is affected, of the phase's arrivals or of the iterations that were sent.
    share: f64,
    reason: String,
}

fn of_phases(plan: &RunPlan, seen: &Observations) -> impl Iterator<Item = String> {
    // If the run ended early, iterations under way have no answer for that reason alone.
    let is_complete = seen.ending == Ending::Complete;
    let mut missing: Vec<_> = seen
        .measures
        .phases
        .iter()
        .flat_map(|phase| {
            let all = [
                dropped(plan, phase),
                not_sent(phase),
                not_made(phase),
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

/// Dropped arrivals test nothing. A phase with a threshold for them is judged by it. In other phases
/// more than 1 % makes the run inconclusive.
fn dropped(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.dropped, phase.offered);
    let is_asked = covers(plan, phase.phase, |thresholds| thresholds.dropped.is_some());
    (share > TOLERATED && !is_asked).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} arrivals in {} were dropped: `max-in-flight` was reached",
            phase.dropped, phase.offered, phase.phase
        ),
    })
}

/// Arrivals that the generator did not send in time. The server never causes that, so no threshold
/// covers it.
fn not_sent(phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.not_sent, phase.offered);
    (share > TOLERATED).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} arrivals in {} were not sent: the generator was late, and the load had \
             ended",
            phase.not_sent, phase.offered, phase.phase
        ),
    })
}

/// Iterations whose templates could not be filled: the scenario is wrong.
fn not_made(phase: &PhaseStatistics) -> Option<Missing> {
    let why = phase.why_not_made.as_ref()?;
    Some(Missing {
        phase: phase.phase,
        share: ratio(phase.not_made, phase.offered),
        reason: format!(
            "{} of {} iterations in {} could not be made: {why}",
            phase.not_made, phase.offered, phase.phase
        ),
    })
}

/// Workflows that closed without completing.
fn failed(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.failed, phase.sent());
    (share > TOLERATED && !covers_errors(plan, phase.phase)).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "{} of {} workflows in {} failed ({}), and the scenario sets no `error-rate` for the phase",
            phase.failed,
            phase.sent(),
            phase.phase,
            percent(share)
        ),
    })
}

/// Workflows that the client stopped waiting for: how long they take is not known.
fn given_up(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let share = ratio(phase.given_up, phase.sent());
    (share > TOLERATED && !covers_errors(plan, phase.phase)).then(|| Missing {
        phase: phase.phase,
        share,
        reason: format!(
            "the client gave up on {} of {} workflows in {} ({}), and the scenario \
             sets no `error-rate` for the phase",
            phase.given_up,
            phase.sent(),
            phase.phase,
            percent(share)
        ),
    })
}

/// Starts that were refused or had no clear answer test nothing. They are expected in the warmup, and
/// in a phase with a fault unless that phase has latency thresholds, whose percentiles would leave
/// them out. A phase with an `error-rate` is judged by it. In other phases one such start makes the
/// run inconclusive.
fn unacknowledged(plan: &RunPlan, phase: &PhaseStatistics) -> Option<Missing> {
    let has_fault = plan.faults.iter().any(|fault| fault.phase == phase.phase);
    let is_expected = phase.phase == Phase::Warmup
        || (has_fault && !covers_latency(plan, phase.phase))
        || covers_errors(plan, phase.phase);
    (phase.unacknowledged > 0 && !is_expected).then(|| Missing {
        phase: phase.phase,
        share: ratio(phase.unacknowledged, phase.sent()),
        reason: format!(
            "{} of {} starts in {} were refused or had no clear answer, and the scenario sets no \
             `error-rate` for the phase",
            phase.unacknowledged,
            phase.sent(),
            phase.phase
        ),
    })
}

/// Whether a threshold covers the errors of a phase; the steady state covers the baseline.
fn covers_errors(plan: &RunPlan, phase: Phase) -> bool {
    covers(plan, phase, |thresholds| thresholds.error_rate.is_some())
}

/// Whether a threshold covers the latency of a phase.
fn covers_latency(plan: &RunPlan, phase: Phase) -> bool {
    covers(plan, phase, |thresholds| {
        thresholds.start_to_close != LatencyThresholds::default()
    })
}

fn covers(plan: &RunPlan, phase: Phase, of: fn(&Thresholds) -> bool) -> bool {
    let steady_state = plan.steady_state.iter().map(|it| (Phase::Baseline, it));
    let thresholds = plan.thresholds.iter().map(|it| (it.phase, &it.thresholds));
    steady_state
        .chain(thresholds)
        .any(|(of_phase, thresholds)| of_phase == phase && of(thresholds))
}
