//! Runs whose verdict would not be true if what was not seen counted as good.

use std::time::Duration;

use check::Finding;
use temporal::simulated::{Defect, Model};
use tokio_util::sync::CancellationToken;

use super::super::{PhaseStatistics, VerdictKind};
use super::CRASH;
use super::runs::{Played, play_scenario, window};
use super::stage::Manner;

/// Workflows of 8 s, of which three are quick, and a client that waits for 5 s.
const SLOW: &str = r#"apiVersion: harness/v1
kind: Scenario
name: slow
description: Workflows take longer than they are waited for
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 13/s, arrivals: uniform, max-in-flight: 100}
    workflow: {type: Workflow, input: ["{{ name }}"]}
    timeout: 5s
phases: {baseline: 6s, drain: 60s}
expect:
  phases:
    baseline:
      start-to-close: {p50: "< 6s", p90: "< 6s"}
  invariants: [no-lost-start]
"#;

fn slow() -> Model {
    Model {
        run_time: Duration::from_secs(8),
        defects: (0..3)
            .map(|number| (number, Defect::RunsFor(Duration::from_millis(8))))
            .collect(),
        ..Model::default()
    }
}

async fn played(text: &str, model: Model) -> Played {
    Box::pin(play_scenario(
        text,
        model,
        Manner::Obedient,
        &CancellationToken::new(),
    ))
    .await
}

fn shown(played: &Played) -> String {
    let expectations = played.assessment.judgement.expectations.iter();
    let expectations = expectations.map(|it| format!("{} {}: {}", it.metric, it.actual, it.met));
    expectations.collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn iterations_that_were_given_up_meet_no_upper_bound() {
    let played = played(SLOW, slow()).await;
    let PhaseStatistics {
        offered,
        completed,
        given_up,
        ..
    } = played.assessment.seen.measures.phases[0];
    assert_eq!((offered, completed, given_up), (78, 3, 75));
    insta::assert_snapshot!(shown(&played), @r"
    start-to-close p50 > 5.01s: false
    start-to-close p90 > 5.01s: false
    ");
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"the client gave up on 75 of 78 workflows in baseline (96.2%), and the scenario sets no `error-rate` for the phase");
}

#[tokio::test(start_paused = true)]
async fn iterations_that_were_given_up_miss_an_error_rate() {
    let text = SLOW.replace(
        "start-to-close: {",
        "error-rate: \"<= 100%\"\n      start-to-close: {",
    );
    let played = played(&text, slow()).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::ThresholdMissed);
    insta::assert_snapshot!(reason, @"start-to-close p50 in phase baseline was > 5.01s, wanted < 6s, and 1 more");
}

#[tokio::test(start_paused = true)]
async fn a_censored_latency_above_a_lower_bound_meets_it() {
    let text = SLOW.replace(
        "p50: \"< 6s\", p90: \"< 6s\"",
        "p50: \"> 4s\", p90: \">= 7s\"",
    );
    let played = played(&text, slow()).await;
    insta::assert_snapshot!(shown(&played), @r"
    start-to-close p50 > 5.01s: true
    start-to-close p90 > 5.01s: false
    ");
}

/// The server goes away in the middle of the chaos and does not come back.
#[tokio::test(start_paused = true)]
async fn no_invariant_holds_if_no_execution_could_be_read() {
    let gone = Model {
        outages: vec![window(8, 100_000)],
        ..Model::default()
    };
    let played = played(CRASH, gone).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive, "{reason}");
    let findings = &played.assessment.seen.findings;
    assert!(findings.iter().all(|it| it.checked == 0 && !it.holds()));
    let outcomes = findings.iter().map(Finding::outcome);
    for outcome in outcomes {
        assert!(outcome.starts_with("not checked on any of "), "{outcome}");
        assert!(outcome.contains("connection refused"), "{outcome}");
    }
    let reasons = &played.assessment.judgement.verdict.reasons;
    let names = "no-lost-start, right-result, all-closed, history-integrity";
    let unchecked = format!("{names} were not checked on any workflow");
    assert!(reasons.contains(&unchecked), "{reasons:?}");
}

#[tokio::test(start_paused = true)]
async fn an_invariant_that_applies_to_no_workflow_is_not_known_to_hold() {
    // The workload with a result never starts within the run.
    let rare = "  - name: rare\n    executor:\n      constant-arrival-rate: {rate: 1/h, \
                max-in-flight: 1}\n    workflow: {type: Workflow, input: [1], result: 1}\n";
    let text = SLOW
        .replace("phases: {", &format!("{rare}phases: {{"))
        .replace("[no-lost-start]", "[no-lost-start, right-result]");
    let played = played(&text, Model::default()).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"right-result was not checked on any workflow");
}

#[tokio::test(start_paused = true)]
async fn a_stalled_baseline_is_not_steady_even_without_errors() {
    // The server is frozen from the middle of the baseline on; iterations under way are more than a
    // second old at its end.
    let stalled = Model {
        freezes: vec![window(3, 12)],
        ..Model::default()
    };
    let text = CRASH.replace("expect:\n", "expect:\n  invariants: [no-lost-start]\n");
    let played = played(&text, stalled).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive, "{reason}");
    insta::assert_snapshot!(reason, @"no steady state: start-to-close p99 was 2.00s, wanted < 1s; no fault was injected");
}
