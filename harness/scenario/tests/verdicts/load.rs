//! Verdicts that rest on the load: steady state, thresholds, starts that were not acknowledged.

use backend::event::Ending;
use check::Invariant;
use load::{Failure, Iteration, Outcome};
use model::quantity::Duration;
use temporal::{Close, Reply, Status};

use super::super::super::model::{LatencyThresholds, Thresholds};
use super::super::super::plan::PlannedThresholds;
use super::super::super::steady::steady_state;
use super::super::super::tally::Tally;
use super::super::super::{Expectation, Phase, Verdict, VerdictKind};
use super::super::evidence::Evidence;
use super::super::{CRASH, plan};
use super::scene::*;

#[test]
fn a_start_without_an_answer_is_inconclusive_unless_a_threshold_covers_it() {
    let with = |second: usize, speaks: bool| {
        let mut scene = Scene::good();
        let iteration = &mut scene.evidence.iterations[second];
        not_started(iteration, Outcome::Info(away()));
        if let Some(thresholds) = &mut scene.plan.steady_state {
            let half = "< 50%".parse().expect("a threshold");
            thresholds.error_rate = speaks.then_some(half);
        }
        scene.verdict()
    };
    // The baseline goes from the first second to the fifth, the chaos from there to the eleventh.
    let Verdict { kind, reason, .. } = with(3, false);
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"1 of 4 starts in baseline were refused or had no clear answer, and the scenario sets no `error-rate` for the phase");
    assert_eq!(
        with(3, true).kind,
        VerdictKind::Pass,
        "the steady state held"
    );
    assert_eq!(with(7, false).kind, VerdictKind::Pass, "there is a fault");
    assert_eq!(with(0, false).kind, VerdictKind::Pass, "nothing is asked");
}

#[test]
fn a_recovery_begins_once_everything_is_healed() {
    let healed = |milliseconds: u64| {
        let mut scene = Scene::good();
        let at = std::time::Duration::from_millis(milliseconds);
        scene.faults[0].healed = Some(at.into());
        // The first iteration of the recovery found the service still down.
        let iteration = &mut scene.evidence.iterations[11];
        assert_eq!(iteration.phase, "recovery");
        not_started(iteration, Outcome::Fail(away()));
        scene.plan.invariants.clear();
        scene.verdict()
    };
    assert_eq!(healed(10_500).kind, VerdictKind::ThresholdMissed);
    assert_eq!(healed(11_500).kind, VerdictKind::Pass);
    let Verdict { kind, reason, .. } = healed(13_500);
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"healing took 2.50s of the recovery phase of 4s: too little of the phase is left to judge it");
}

#[test]
fn a_run_in_which_no_workflow_completed_is_inconclusive() {
    let mut scene = Scene::good();
    scene.plan.thresholds.clear();
    scene.plan.steady_state = None;
    scene.evidence = Evidence::default();
    let Verdict { kind, reason, .. } = scene.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"no workflow completed, so nothing was tested, and 1 more");
}

#[test]
fn a_steady_state_without_any_load_is_not_met() {
    let plan = plan(CRASH, 1);
    let baseline = plan.phase(Phase::Baseline).expect("there is a baseline");
    let expectations = steady_state(&plan, &Tally::new(baseline.clone()).finish());
    let shown: Vec<_> = expectations
        .iter()
        .map(
            |Expectation {
                 metric,
                 actual,
                 met,
                 ..
             }| format!("{metric}: {actual}, {met}"),
        )
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    error rate: nothing was measured, false
    start-to-close p99: nothing was measured, false
    ");
}

/// The baseline lasts from the first second to the fifth, and its p99 must be below 1 s.
#[test]
fn the_steady_state_is_judged_again_after_every_iteration_of_the_baseline_ended() {
    let last = |intended: u64, injected: u64, ended: u64| {
        let mut scene = Scene::good();
        scene.faults[0].injected = Some(Duration::from_millis(injected));
        let iteration = &mut scene.evidence.iterations[4];
        let at = std::time::Duration::from_millis(intended);
        let start = &mut iteration.start;
        (start.intended, start.sent, start.answered) = (at, Some(at), at);
        iteration.steps[0].answered = std::time::Duration::from_millis(ended);
        scene.verdict()
    };
    let Verdict { kind, reason, .. } = last(4_000, 6_000, 5_900);
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"no steady state: after every workflow of the baseline had ended, start-to-close p99 was 1.90s, wanted < 1s");
    let kind = last(4_800, 5_600, 9_000).kind;
    assert_eq!(kind, VerdictKind::Pass, "the fault delayed it");
    let Verdict { kind, reason, .. } = last(4_000, 5_600, 9_000);
    assert_eq!(kind, VerdictKind::Inconclusive, "it was late before");
    assert!(reason.starts_with("no steady state: "), "{reason}");
}

/// Two of five take 8 s, in a baseline of 4 s: none of those has ended when the fault comes.
#[test]
fn slow_workflows_under_way_at_a_fault_are_no_steady_state() {
    let mut scene = Scene::good();
    scene.faults[0].injected = Some(Duration::from_secs(6));
    for second in 1..5 {
        for number in 1..25 {
            completed(&scene.plan, &mut scene.evidence, second);
            if number % 5 < 2 {
                let slow = scene.evidence.iterations.last_mut().expect("it was added");
                slow.steps[0].answered = slow.intended() + std::time::Duration::from_secs(8);
            }
        }
    }
    scene.plan.steady_state = Some(Thresholds {
        start_to_close: LatencyThresholds {
            p90: Some("< 3s".parse().expect("a threshold")),
            ..LatencyThresholds::default()
        },
        ..Thresholds::default()
    });
    let Verdict { kind, reason, .. } = scene.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive, "{reason}");
    let told = "no steady state: after every workflow of the baseline had ended, \
                start-to-close p90 was 8.0";
    assert!(reason.starts_with(told), "{reason}");
}

#[test]
fn failed_workflows_are_inconclusive_unless_a_threshold_covers_errors() {
    let with = |failed: usize, error_rate: Option<&str>| {
        let mut scene = Scene::good();
        for _ in 1..25 {
            for second in 1..5 {
                completed(&scene.plan, &mut scene.evidence, second);
            }
        }
        let in_baseline = |iteration: &&mut Iteration| iteration.phase == "baseline";
        let baseline = scene.evidence.iterations.iter_mut().filter(in_baseline);
        for iteration in baseline.take(failed) {
            iteration.steps[0].outcome = Outcome::Ok(Reply::Closed(Close {
                status: Status::Failed,
                result: None,
                failure: None,
            }));
        }
        scene.plan.invariants = vec![Invariant::NoLostStart];
        scene.plan.thresholds.clear();
        scene.plan.steady_state = error_rate.map(|rate| Thresholds {
            error_rate: Some(rate.parse().expect("a threshold")),
            ..Thresholds::default()
        });
        scene.verdict()
    };
    let Verdict { kind, reason, .. } = with(99, None);
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"99 of 100 workflows in baseline failed (99%), and the scenario sets no `error-rate` for the phase");
    assert_eq!(with(2, None).kind, VerdictKind::Inconclusive);
    assert_eq!(with(1, None).kind, VerdictKind::Pass, "it is tolerated");
    assert_eq!(with(99, Some("<= 99%")).kind, VerdictKind::Pass);
}

#[test]
fn latency_thresholds_need_an_error_rate_where_a_fault_refuses_starts() {
    let with = |thresholds: Option<Thresholds>| {
        let mut scene = Scene::good();
        for iteration in &mut scene.evidence.iterations {
            if iteration.phase == "chaos" && iteration.sequence != 6 {
                not_started(iteration, Outcome::Fail(away()));
            }
        }
        let thresholds = thresholds.map(|thresholds| PlannedThresholds {
            phase: Phase::Chaos,
            thresholds,
        });
        scene.plan.thresholds.extend(thresholds);
        scene.verdict()
    };
    assert_eq!(with(None).kind, VerdictKind::Pass, "there is a fault");
    let Verdict { kind, reason, .. } = with(Some(p50_below("< 1s")));
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"5 of 6 starts in chaos were refused or had no clear answer, and the scenario sets no `error-rate` for the phase");
    let spoken = Thresholds {
        error_rate: Some("<= 90%".parse().expect("a threshold")),
        ..p50_below("< 1s")
    };
    assert_eq!(with(Some(spoken)).kind, VerdictKind::Pass);
}

#[test]
fn a_start_cut_off_by_an_early_end_is_no_reason() {
    let is_told = |ending| {
        let mut scene = Scene::good();
        scene.ending = ending;
        let iteration = &mut scene.evidence.iterations[4];
        let interrupted = Failure {
            code: Failure::INTERRUPTED.to_owned(),
            ..away()
        };
        not_started(iteration, Outcome::Info(interrupted));
        scene.plan.steady_state = None;
        let reasons = scene.verdict().reasons;
        reasons.iter().any(|it| it.contains("no clear answer"))
    };
    assert!(!is_told(Ending::NotSteady));
    assert!(is_told(Ending::Complete));
}

#[test]
fn a_phase_without_arrivals_meets_no_threshold() {
    let mut scene = Scene::good();
    scene.plan.steady_state = None;
    let in_recovery = |iteration: &Iteration| iteration.phase == "recovery";
    scene.evidence.iterations.retain(|it| !in_recovery(it));
    let Verdict { kind, reasons, .. } = scene.verdict();
    assert_eq!(kind, VerdictKind::ThresholdMissed);
    insta::assert_snapshot!(reasons.join("\n"), @r"
    error rate in phase recovery was not measured, wanted < 1%
    start-to-close p50 in phase recovery was not measured, wanted < 1s
    throughput in phase recovery was not measured, wanted >= 90%
    dropped in phase recovery was not measured, wanted <= 0
    ");
}
