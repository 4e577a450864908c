//! Which verdict wins, and which reasons are shown with it.

use backend::event::Ending;
use check::Invariant;
use load::Cause;
use model::quantity::Duration;
use temporal::{Reading, Status};

use super::super::super::{Verdict, VerdictKind};
use super::scene::*;

#[test]
fn a_death_is_the_first_reason() {
    let unread = |mut scene: Scene| {
        scene.evidence.readings.remove("hello-5");
        scene
    };
    let dirty = |mut scene: Scene| {
        scene.heal_failure = Some("could not heal fault `crash`: no worker");
        scene
    };
    let not_steady = |mut scene: Scene| {
        scene.ending = Ending::NotSteady;
        scene
    };
    let unseen = |mut scene: Scene| {
        scene.watched.unseen = Some("the cluster does not answer".to_owned());
        scene
    };
    let stopped = |mut scene: Scene, milliseconds| {
        scene.longest_stop = Duration::from_millis(milliseconds);
        scene
    };
    let scenes = [
        ("died", Scene::good().loses_a_replica()),
        (
            "died, and slow",
            Scene::good().loses_a_replica().recovers_slowly(),
        ),
        (
            "died, died, and not all read back",
            unread(Scene::good().loses_a_replica().loses_a_replica()),
        ),
        (
            "died, and not steady",
            not_steady(Scene::good().loses_a_replica()),
        ),
        (
            "lost, and died",
            Scene::good().loses_a_workflow().loses_a_replica(),
        ),
        ("dirty, and died", dirty(Scene::good().loses_a_replica())),
        ("not watched to the end", unseen(Scene::good())),
        (
            "stopped, and slow",
            stopped(Scene::good().recovers_slowly(), 25_000),
        ),
        ("stopped for a moment", stopped(Scene::good(), 1_500)),
        (
            "stopped, and died",
            stopped(Scene::good().loses_a_replica(), 25_000),
        ),
    ];
    insta::assert_snapshot!(told(&scenes), @r"
    died -> inconclusive: worker-1 died by itself 12.3s into the run: exit status: 3
    died, and slow -> inconclusive: worker-1 died by itself 12.3s into the run: exit status: 3
    died, died, and not all read back -> inconclusive: worker-1 died by itself 12.3s into the run: exit status: 3, and 2 more
    died, and not steady -> inconclusive: worker-1 died by itself 12.3s into the run: exit status: 3
    lost, and died -> fail: no-lost-start is violated by 1 of 15 workflows: hello-3: start acknowledged, but the server has no such execution; worker-1 died by itself 12.3s into the run: exit status: 3
    dirty, and died -> heal-failed: worker-1 died by itself 12.3s into the run: exit status: 3; could not heal fault `crash`: no worker
    not watched to the end -> inconclusive: it is not known whether all replicas lived to the end: the cluster does not answer
    stopped, and slow -> inconclusive: the harness could not run for 25.0s: it was stopped, or the machine was overloaded
    stopped for a moment -> pass: 15 workflows completed, and every expectation is met
    stopped, and died -> inconclusive: worker-1 died by itself 12.3s into the run: exit status: 3, and 1 more
    ");
}

#[test]
fn the_gravest_reason_decides() {
    let saturated = |mut scene: Scene| {
        scene.delay = std::time::Duration::from_millis(300);
        scene
    };
    let unread = |mut scene: Scene| {
        scene.evidence.readings.remove("hello-5");
        scene
    };
    let interrupted = |mut scene: Scene| {
        scene.ending = Ending::Interrupted;
        scene
    };
    let dirty = |mut scene: Scene| {
        scene.heal_failure = Some("could not heal fault `crash`: no worker");
        scene
    };
    let scenes = [
        ("good", Scene::good()),
        ("slow", Scene::good().recovers_slowly()),
        ("no effect", Scene::good().has_no_effect()),
        (
            "no effect, and slow",
            Scene::good().has_no_effect().recovers_slowly(),
        ),
        (
            "saturated, and slow",
            saturated(Scene::good().recovers_slowly()),
        ),
        ("not all read back", unread(Scene::good())),
        (
            "lost, and no effect",
            Scene::good().loses_a_workflow().has_no_effect(),
        ),
        (
            "lost, and slow",
            Scene::good().loses_a_workflow().recovers_slowly(),
        ),
        (
            "lost, and interrupted",
            interrupted(Scene::good().loses_a_workflow()),
        ),
        ("interrupted, and dirty", dirty(interrupted(Scene::good()))),
        ("lost, and dirty", dirty(Scene::good().loses_a_workflow())),
    ];
    insta::assert_snapshot!(told(&scenes), @r"
    good -> pass: 15 workflows completed, and every expectation is met
    slow -> threshold-missed: throughput in phase recovery was 25% of 1.0/s, wanted >= 90%, and 1 more
    no effect -> inconclusive: fault `crash` had no proven effect: none
    no effect, and slow -> inconclusive: fault `crash` had no proven effect: none
    saturated, and slow -> inconclusive: the load generator was saturated: its starts were 300ms late at p99, bound 250ms
    not all read back -> inconclusive: 1 workflow could not be read back: hello-5: it was not read back
    lost, and no effect -> fail: no-lost-start is violated by 1 of 15 workflows: hello-3: start acknowledged, but the server has no such execution
    lost, and slow -> fail: no-lost-start is violated by 1 of 15 workflows: hello-3: start acknowledged, but the server has no such execution
    lost, and interrupted -> interrupted: interrupted before the end; every fault is healed
    interrupted, and dirty -> heal-failed: could not heal fault `crash`: no worker
    lost, and dirty -> heal-failed: could not heal fault `crash`: no worker
    ");
}

#[test]
fn of_several_verdicts_the_gravest_decides() {
    use VerdictKind::{
        Fail, HealFailed, Inconclusive, Interrupted, Pass, Skipped, ThresholdMissed,
    };
    let ordered = [
        Pass,
        Skipped,
        Inconclusive,
        ThresholdMissed,
        Fail,
        Interrupted,
        HealFailed,
    ];
    assert!(ordered.is_sorted());
}

/// 964 of 2,964 in the warmup, and 28,510 of 30,197 in the baseline.
#[test]
fn the_gravest_reason_is_shown_with_the_number_of_others() {
    let mut scene = Scene::good();
    for _ in 1..2000 {
        completed(&scene.plan, &mut scene.evidence, 0);
    }
    for _ in 4..1687 {
        completed(&scene.plan, &mut scene.evidence, 2);
    }
    unsent(&mut scene.evidence, 0, 964, Cause::MaxInFlight);
    unsent(&mut scene.evidence, 2, 28_510, Cause::MaxInFlight);
    let Verdict {
        kind,
        reason,
        reasons,
    } = scene.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"28510 of 30197 arrivals in baseline were dropped: `max-in-flight` was reached, and 1 more");
    insta::assert_snapshot!(reasons.join("\n"), @r"
    28510 of 30197 arrivals in baseline were dropped: `max-in-flight` was reached
    964 of 2964 arrivals in warmup were dropped: `max-in-flight` was reached
    ");
}

#[test]
fn a_reason_about_the_whole_run_comes_before_one_about_a_phase() {
    let mut scene = Scene::good().has_no_effect();
    unsent(&mut scene.evidence, 2, 1000, Cause::LoadEnded);
    unsent(&mut scene.evidence, 7, 10, Cause::MaxInFlight);
    scene.evidence.readings.remove("hello-5");
    insta::assert_snapshot!(scene.verdict().reasons.join("\n"), @r"
    fault `crash` had no proven effect: none
    1 workflow could not be read back: hello-5: it was not read back
    1000 of 1004 arrivals in baseline were not sent: the generator was late, and the load had ended
    10 of 16 arrivals in chaos were dropped: `max-in-flight` was reached
    ");
}

#[test]
fn a_violation_is_shown_with_all_other_reasons() {
    let mut scene = Scene::good().loses_a_workflow().has_no_effect();
    if let Some(Reading::Found(execution)) = scene.evidence.readings.get_mut("hello-4") {
        execution.result = Some("wrong".into());
    }
    let Verdict {
        reason, reasons, ..
    } = scene.verdict();
    assert!(
        reason.ends_with("no such execution, and 2 more"),
        "{reason}"
    );
    insta::assert_snapshot!(reasons.join("\n"), @r#"
    no-lost-start is violated by 1 of 15 workflows: hello-3: start acknowledged, but the server has no such execution
    right-result is violated by 1 of 14 workflows; 1 could not be checked: the server has no such execution: hello-4: expected "Hello!", got "wrong"
    history-integrity is violated by 1 of 14 workflows; 1 could not be checked: the server has no such execution: hello-4: the client saw a different result than the history has
    fault `crash` had no proven effect: none
    all-closed holds for 14 workflows; 1 could not be checked: the server has no such execution
    "#);
}

#[test]
fn the_threshold_with_the_largest_miss_is_shown() {
    let mut scene = Scene::good().recovers_slowly();
    // In three of four seconds of the recovery nothing completes, and everything takes 3.02 s.
    let of = |scene: &Scene, metric: &str| {
        let reasons = scene.verdict().reasons;
        let at = reasons.iter().position(|reason| reason.starts_with(metric));
        at.expect("it is missed")
    };
    assert!(of(&scene, "throughput") < of(&scene, "start-to-close p50"));
    for planned in &mut scene.plan.thresholds {
        planned.thresholds.start_to_close.p50 = Some("< 1ms".parse().expect("a threshold"));
    }
    assert!(of(&scene, "start-to-close p50") < of(&scene, "throughput"));
}

#[test]
fn an_invariant_that_was_not_checked_on_all_workflows_is_not_known_to_hold() {
    let with = |invariant, bend: fn(&mut Reading)| {
        let mut scene = Scene::good();
        scene.plan.invariants = vec![invariant];
        let reading = scene.evidence.readings.get_mut("hello-3");
        bend(reading.expect("it was read back"));
        scene
    };
    let lost = |reading: &mut Reading| *reading = Reading::Absent;
    let runs = |reading: &mut Reading| {
        if let Reading::Found(execution) = reading {
            execution.status = Status::Running;
        }
    };
    let unread = |reading: &mut Reading| *reading = Reading::Unreadable("busy".to_owned());
    let scenes = [
        ("lost", with(Invariant::AllClosed, lost)),
        ("lost", with(Invariant::RightResult, lost)),
        ("runs", with(Invariant::RightResult, runs)),
        ("unread", with(Invariant::AllClosed, unread)),
    ];
    insta::assert_snapshot!(told(&scenes), @r"
    lost -> inconclusive: all-closed holds for 14 workflows; 1 could not be checked: the server has no such execution
    lost -> inconclusive: right-result holds for 14 workflows; 1 could not be checked: the server has no such execution
    runs -> inconclusive: right-result holds for 14 workflows; 1 could not be checked: still running
    unread -> inconclusive: 1 workflow could not be read back: hello-3: busy
    ");
    assert_eq!(scenes[3].1.verdict().reasons.len(), 1, "it is told once");
}
