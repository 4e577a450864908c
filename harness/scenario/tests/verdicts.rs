//! Which verdict wins, and what it is to the shell.

use backend::death::Death;
use backend::event::Ending;
use backend::fault::Proof;
use check::{Invariant, Unread};
use engine::watch;
use load::{Call, Cause, Failure, Iteration, Latencies, Outcome, Unsent};
use model::quantity::Duration;
use temporal::{
    Close, Execution, ExecutionKey, HistoryEvent, OpKind, Pending, Reading, Reply, Status,
};

use super::super::model::{LatencyThresholds, Thresholds};
use super::super::plan::PlannedThresholds;
use super::super::steady::steady_state;
use super::super::tally::Tally;
use super::super::{
    Expectation, FaultRecord, Measures, Observations, Phase, RunPlan, Verdict, VerdictKind, judge,
};
use super::evidence::Evidence;
use super::{CRASH, plan};

/// A run without any fault, of which a test changes one thing.
struct Scene {
    plan: RunPlan,
    evidence: Evidence,
    faults: Vec<FaultRecord>,
    delay: std::time::Duration,
    ending: Ending,
    longest_stop: Duration,
    heal_failure: Option<&'static str>,
    watched: watch::Seen,
}

impl Scene {
    fn good() -> Self {
        let plan = plan(CRASH, 1);
        let mut evidence = Evidence::default();
        for second in 0..15 {
            completed(&plan, &mut evidence, second);
        }
        let mut fault = FaultRecord::pending(&plan.faults[0]);
        fault.effect = Some(Proof::Seen("worker-0 is gone".to_owned()));
        Self {
            plan,
            evidence,
            faults: vec![fault],
            delay: std::time::Duration::ZERO,
            ending: Ending::Complete,
            longest_stop: Duration::default(),
            heal_failure: None,
            watched: watch::Seen::default(),
        }
    }

    fn verdict(&self) -> Verdict {
        let (findings, unread) = match self.ending {
            Ending::Interrupted => (Vec::new(), Unread::default()),
            Ending::Complete | Ending::NotSteady => self.evidence.findings(&self.plan),
        };
        let measures = self
            .evidence
            .measures(&self.plan, &self.faults, self.ending);
        let seen = Observations {
            measures: Measures {
                generator_delay: Latencies::from_iter([self.delay]).percentiles(),
                ..measures
            },
            faults: self.faults.clone(),
            findings,
            unread,
            ending: self.ending,
            longest_stop: self.longest_stop,
            heal_failure: self.heal_failure.map(str::to_owned),
            watched: self.watched.clone(),
        };
        judge(&self.plan, &seen).verdict
    }

    fn loses_a_workflow(mut self) -> Self {
        self.evidence
            .readings
            .insert("hello-3".to_owned(), Reading::Absent);
        self
    }

    fn loses_a_replica(mut self) -> Self {
        self.watched.deaths.push(Death {
            replica: "worker-1".to_owned(),
            at_ms: Some(Duration::from_millis(12_300).into()),
            status: "exit status: 3".to_owned(),
            log_tail: None,
        });
        self
    }

    fn has_no_effect(mut self) -> Self {
        self.faults[0].effect = Some(Proof::Unseen("none".to_owned()));
        self
    }

    fn recovers_slowly(mut self) -> Self {
        for iteration in &mut self.evidence.iterations {
            if iteration.phase == "recovery" {
                iteration.steps[0].answered += std::time::Duration::from_secs(3);
            }
        }
        self
    }
}

/// Adds one workflow that starts and completes in a second of the run.
fn completed(plan: &RunPlan, evidence: &mut Evidence, second: u64) {
    let id = format!("hello-{second}");
    let at = std::time::Duration::from_secs(second);
    let timeline = plan.timeline();
    let phase = timeline.phase_at(at).expect("a second of the run");
    let result = Some("Hello!".into());
    let close = Close {
        status: Status::Completed,
        result: result.clone(),
        failure: None,
    };
    let call = |op, answered, outcome| Call {
        op,
        intended: at,
        sent: Some(at),
        answered,
        outcome,
    };
    let run_id = "run".to_owned();
    let started = Outcome::Ok(Reply::Started { run_id });
    let closed = Outcome::Ok(Reply::Closed(close));
    let end = at + std::time::Duration::from_millis(20);
    evidence.iterations.push(Iteration {
        workload: "hello".to_owned(),
        sequence: second,
        phase: phase.name.clone(),
        workflow_id: id.clone(),
        expected: result.clone(),
        start: call(OpKind::Start, at, started),
        steps: vec![call(OpKind::AwaitResult, end, closed)],
    });
    let kinds = (1..).zip(["WorkflowExecutionStarted", "WorkflowExecutionCompleted"]);
    let event = |(id, kind): (i64, &str)| HistoryEvent {
        id,
        kind: kind.to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
        failure: None,
    };
    let execution = Execution {
        key: ExecutionKey {
            workflow_id: id.clone(),
            run_id: "run".to_owned(),
        },
        status: Status::Completed,
        history: kinds.map(event).collect(),
        result,
        failure: None,
        pending: Pending::default(),
    };
    evidence.readings.insert(id, Reading::Found(execution));
}

/// Sets the outcome of a start that was not acknowledged.
fn not_started(iteration: &mut Iteration, outcome: Outcome) {
    iteration.start.outcome = outcome;
    iteration.start.answered = iteration.ended();
    iteration.steps.clear();
}

/// The failure of a start while the server is down.
fn away() -> Failure {
    Failure {
        code: "Unavailable".to_owned(),
        message: "away".to_owned(),
    }
}

/// Thresholds with one latency bound.
fn p50_below(bound: &str) -> Thresholds {
    Thresholds {
        start_to_close: LatencyThresholds {
            p50: Some(bound.parse().expect("a threshold")),
            ..LatencyThresholds::default()
        },
        ..Thresholds::default()
    }
}

/// The verdict on each scene, with its exit code and reason.
fn told(scenes: &[(&str, Scene)]) -> String {
    let verdicts = scenes.iter().map(|(name, scene)| {
        let Verdict { kind, reason, .. } = scene.verdict();
        format!("{name} -> {kind}: {reason}")
    });
    verdicts.collect::<Vec<_>>().join("\n")
}

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
    dirty, and died -> heal-failed: worker-1 died by itself 12.3s into the run: exit status: 3; could not heal fault `crash`: no worker; run `harness heal`
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
    interrupted, and dirty -> heal-failed: could not heal fault `crash`: no worker; run `harness heal`
    lost, and dirty -> heal-failed: could not heal fault `crash`: no worker; run `harness heal`
    ");
}

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

/// Adds arrivals that were not sent to the phase of `second`.
fn unsent(evidence: &mut Evidence, second: u64, arrivals: u64, cause: Cause) {
    let mut iterations = evidence.iterations.iter();
    let first = iterations.find(|it| it.sequence == second);
    let mut iteration = first.expect("one for every second").clone();
    let unsent = Unsent {
        arrivals,
        last_intended: iteration.intended(),
        cause,
    };
    not_started(&mut iteration, Outcome::NotSent(unsent));
    iteration.start.sent = None;
    evidence.iterations.push(iteration);
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
