//! What is judged is where a workflow stands when the drain is over, whatever its client saw and
//! however reluctantly the server can be asked.

use std::time::Duration;

use check::{Finding, Invariant};
use load::{Iteration, WorkflowOutcome};
use temporal::Reading;
use temporal::simulated::{Defect, Model, Window};
use tokio::time::{Instant, advance, sleep};
use tokio_util::sync::CancellationToken;

use super::super::VerdictKind;
use super::CRASH;
use super::runs::{Played, play_scenario, window};
use super::stage::Manner;

/// 78 workflows that their clients stop waiting for after 5 s, and a drain of one minute.
const IMPATIENT: &str = r#"apiVersion: harness/v1
kind: Scenario
name: impatient
description: Clients give up long before the drain is over
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 13/s, arrivals: uniform, max-in-flight: 100}
    workflow:
      type: Workflow
      input: ["Hello {{ name }}!"]
      result: "Hello {{ name }}!"
    timeout: 5s
phases: {baseline: 6s, drain: 60s}
expect:
  phases: {baseline: {error-rate: "<= 100%"}}
"#;

fn slow() -> Model {
    Model {
        run_time: Duration::from_secs(8),
        ..Model::default()
    }
}

async fn play(model: Model) -> (Played, Duration) {
    let begun = Instant::now();
    let shutdown = CancellationToken::new();
    let played = play_scenario(IMPATIENT, model, Manner::Obedient, &shutdown).await;
    (played, begun.elapsed())
}

fn finding(played: &Played, invariant: Invariant) -> &Finding {
    let mut findings = played.assessment.seen.findings.iter();
    let finding = findings.find(|finding| finding.invariant == invariant);
    finding.expect("every invariant is checked")
}

fn assert_all_closed_right(played: &Played) {
    for invariant in [Invariant::AllClosed, Invariant::RightResult] {
        let finding = finding(played, invariant);
        assert_eq!(finding.counter_examples, [], "{invariant}");
        assert_eq!(finding.checked, 78, "{invariant}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_closes_after_its_client_gave_up_is_closed() {
    let (played, took) = play(slow()).await;
    let iterations = &played.evidence.iterations;
    let given_up = |it: &Iteration| matches!(it.outcome(), WorkflowOutcome::Open);
    assert!(iterations.iter().all(given_up));
    assert_all_closed_right(&played);
    // The last workflow starts just before 6 s, and the run ends when it is closed.
    assert!(took < Duration::from_secs(16), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_runs_after_the_drain_violates_all_closed() {
    let model = Model {
        defects: [(3, Defect::NeverCloses)].into(),
        ..slow()
    };
    let (played, took) = play(model).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Fail, "{reason}");
    let found = &finding(&played, Invariant::AllClosed).counter_examples;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].what.starts_with("still running: "), "{found:?}");
    let (drained, late) = (Duration::from_secs(66), Duration::from_secs(68));
    assert!(drained <= took && took < late, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_drain_in_which_no_workflow_can_close_is_not_waited_for() {
    let model = Model {
        defect_of: |_| Some(Defect::Unregistered),
        ..slow()
    };
    let (played, took) = play(model).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Fail, "{reason}");
    let found = &finding(&played, Invariant::AllClosed).counter_examples;
    assert_eq!(found.len(), 78, "{found:?}");
    insta::assert_snapshot!(found[0].what, @"still running: the worker of task queue `hello-world` does not know workflow type `Workflow`: set `workload[].workflow.type` in the scenario, or register the type in the worker (its workflow task is at attempt 2: workflow task failed: unable to find workflow type: Workflow)");
    // The load takes 6 s, and the drain would take a minute.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_drain_after_which_one_workflow_closed_is_waited_for() {
    let model = Model {
        defects: [(5, Defect::RunsFor(Duration::from_secs(1)))].into(),
        defect_of: |_| Some(Defect::Unregistered),
        ..slow()
    };
    let (played, took) = play(model).await;
    let open = finding(&played, Invariant::AllClosed)
        .counter_examples
        .len();
    assert_eq!(open, 77);
    assert!(took >= Duration::from_secs(66), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_start_without_an_answer_that_the_server_took_is_waited_for() {
    let model = Model {
        freezes: vec![window(5, 17)],
        ..slow()
    };
    let (played, _) = play(model).await;
    let iterations = &played.evidence.iterations;
    let unknown = |it: &Iteration| matches!(it.outcome(), WorkflowOutcome::Unknown(_));
    assert!(iterations.iter().any(unknown));
    assert_all_closed_right(&played);
}

/// The machine sleeps for an hour: in the load, in the drain, or while histories are read.
#[tokio::test(start_paused = true)]
async fn an_hour_of_sleep_is_no_reason_to_fail() {
    for asleep in [3, 9, 12] {
        let model = Model {
            freezes: vec![window(asleep, asleep + 3600)],
            reads_per_second: Some(20),
            ..slow()
        };
        let sleeping = async {
            sleep(Duration::from_secs(asleep)).await;
            advance(Duration::from_hours(1)).await;
        };
        let ((played, _), ()) = tokio::join!(play(model), sleeping);
        let found = &finding(&played, Invariant::AllClosed).counter_examples;
        assert_eq!(*found, [], "asleep at {asleep} s");
        assert_eq!(played.evidence.unreadable().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_ends_the_wait_for_open_workflows() {
    let shutdown = CancellationToken::new();
    let model = Model {
        defects: [(3, Defect::NeverCloses)].into(),
        ..Model::default()
    };
    let begun = Instant::now();
    let interrupt = async {
        sleep(Duration::from_secs(30)).await;
        shutdown.cancel();
    };
    let (played, ()) = tokio::join!(
        play_scenario(IMPATIENT, model, Manner::Obedient, &shutdown),
        interrupt
    );
    assert_eq!(played.verdict().0, VerdictKind::Interrupted);
    assert!(begun.elapsed() < Duration::from_secs(31));
}

/// The server is frozen until it is healed, which happens when the drain would be over.
#[tokio::test(start_paused = true)]
async fn a_fault_that_is_healed_late_does_not_use_up_the_drain() {
    let model = Model {
        freezes: vec![window(6, 30)],
        run_time: Duration::from_secs(1),
        ..Model::default()
    };
    let text = CRASH.replace("    workflow:\n", "    timeout: 5s\n    workflow:\n");
    let shutdown = CancellationToken::new();
    let manner = Manner::HealsAtTheSecondTry;
    let played = play_scenario(&text, model, manner, &shutdown).await;
    let found = &finding(&played, Invariant::AllClosed).counter_examples;
    assert_eq!(*found, []);
    assert_eq!(played.evidence.unreadable().len(), 0);
}

/// 89 histories, and a server that allows five reads a second.
#[tokio::test(start_paused = true)]
async fn a_rate_limit_is_waited_out_and_the_run_still_passes() {
    let model = Model {
        reads_per_second: Some(5),
        ..Model::default()
    };
    let text = IMPATIENT.replace("rate: 13/s", "rate: 890/min");
    let shutdown = CancellationToken::new();
    let played = play_scenario(&text, model, Manner::Obedient, &shutdown).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Pass, "{reason}");
    let readings = &played.evidence.readings;
    let found = |reading: &&Reading| matches!(reading, Reading::Found(_));
    assert_eq!(readings.values().filter(found).count(), 89);
}

#[tokio::test(start_paused = true)]
async fn reading_from_a_server_that_is_gone_ends_with_the_reason() {
    let model = Model {
        outages: vec![window(3, 100_000)],
        ..Model::default()
    };
    let (played, took) = play(model).await;
    assert_eq!(played.verdict().0, VerdictKind::Inconclusive);
    let unread = played.evidence.unreadable().len();
    // Workflows that had closed before were read during the load.
    let readings = played.evidence.readings.values();
    let found = readings
        .filter(|it| matches!(it, Reading::Found(_)))
        .count();
    assert!(found >= 13, "{found}");
    assert_eq!(unread + found, 78);
    assert_eq!(played.assessment.seen.unread.workflows, unread as u64);
    let mut reasons = played.evidence.unreadable().into_iter();
    let refused = "describe workflow: Unavailable: connection refused";
    assert!(reasons.all(|(_, reason)| reason == refused));
    // The rest of the drain, and the time until reading stops.
    assert!(took < Duration::from_mins(2), "{took:?}");
}

/// Workflows that wait for a signal for ever, and clients that send it after `WAIT`.
const SIGNALLED: &str = r"apiVersion: harness/v1
kind: Scenario
name: signalled
description: Workflows wait for their clients
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 2/s, arrivals: uniform, max-in-flight: 100}
    workflow: {type: Endless}
    steps:
      - wait: WAIT
      - signal: {name: go}
    call-timeout: 2s
phases: {baseline: 6s, drain: 3s}
";

async fn play_signalled(wait: &str, outages: Vec<Window>) -> Played {
    let model = Model {
        run_time: Duration::from_hours(1),
        outages,
        ..Model::default()
    };
    let scenario = SIGNALLED.replace("WAIT", wait);
    let shutdown = CancellationToken::new();
    play_scenario(&scenario, model, Manner::Obedient, &shutdown).await
}

fn assert_all_terminated(played: &Played) {
    let iterations = &played.evidence.iterations;
    assert!(iterations.iter().all(|iteration| iteration.unfinished));
    let finding = finding(played, Invariant::AllClosed);
    assert_eq!((finding.checked, finding.violated), (12, 0));
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive, "{reason}");
}

#[tokio::test(start_paused = true)]
async fn workflows_are_terminated_if_the_drain_ends_before_their_clients_made_all_calls() {
    assert_all_terminated(&play_signalled("30s", Vec::new()).await);
}

#[tokio::test(start_paused = true)]
async fn workflows_are_terminated_once_the_server_is_back_that_refused_a_call_of_their_clients() {
    let outage = window(6, 20);
    assert_all_terminated(&play_signalled("6s", vec![outage]).await);
}
