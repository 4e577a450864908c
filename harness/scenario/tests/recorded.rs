//! What is written down of a run while it goes on, and what is said of it by that.

use std::time::Duration;

use backend::event::Kind;
use check::Invariant;
use model::quantity::Bytes;
use serde_json::json;
use temporal::simulated::{Defect, Model};
use tokio_util::sync::CancellationToken;

use super::super::{Error, Fragment, VerdictKind, assess};
use super::CRASH;
use super::runs::{Performed, crashed, perform, play_on, play_scenario};
use super::stage::{Manner, Stage};

const MUCH: Bytes = Bytes::new(1 << 30);
/// Enough for some iterations, and not for those of the baseline.
const LITTLE: Bytes = Bytes::new(12_000);

/// Workflows that return nothing, for long enough that some are read while the load goes on.
const NOTHING: &str = r"apiVersion: harness/v1
kind: Scenario
name: nothing
description: Workflows that return nothing
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 20/s, arrivals: uniform, max-in-flight: 100}
    workflow: {type: Workflow, result: null}
phases: {baseline: 10s, drain: 10s}
expect:
  phases: {baseline: {error-rate: '<= 100%'}}
";

async fn performed(manner: Manner, limit: Bytes) -> (Performed, Stage) {
    let stage = Stage::new(crashed(), manner);
    let performed = perform(CRASH, &stage, &CancellationToken::new(), limit).await;
    (performed, stage)
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_before_the_last_fault_is_healed() {
    // From 6 s to 9 s of a load of 15 s.
    let stage = Stage::new(crashed(), Manner::Obedient);
    let played = play_on(CRASH, stage, &CancellationToken::new()).await;
    let first = played.first_read.expect("something was read");
    assert!(first >= Duration::from_secs(9), "{first:?}");
    assert!(
        first < Duration::from_secs(12),
        "the load goes on: {first:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_faults_histories_are_read_during_the_load_and_only_once() {
    let model = Model {
        defects: (0..3).map(|number| (number, Defect::Unreadable)).collect(),
        ..Model::default()
    };
    let stage = Stage::new(model, Manner::Obedient);
    let never = CancellationToken::new();
    let performed = perform(NOTHING, &stage, &never, MUCH).await;
    let read = performed
        .events
        .iter()
        .filter_map(|event| match event.kind {
            Kind::Load {
                offset_ms, read, ..
            } if offset_ms.as_std() < Duration::from_secs(10) => Some(read),
            _ => None,
        });
    // Executions that cannot be read do not keep the others from being read.
    let read = read.max().expect("it was counted");
    assert!(read > 20, "{read}");
    let assessment = performed.assessment.expect("it has a verdict");
    assert_eq!(assessment.seen.unread.workflows, 3);
    let mut findings = assessment.seen.findings.iter();
    let all = findings.find(|it| it.invariant == Invariant::AllClosed);
    let all = all.expect("it is checked");
    assert_eq!((all.checked, all.not_checked), (197, 3));
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_null_is_checked_like_any_other() {
    let wrong = Model {
        defects: [(7, Defect::WrongResult(json!("something")))].into(),
        ..Model::default()
    };
    for (model, wanted) in [
        (Model::default(), VerdictKind::Pass),
        (wrong, VerdictKind::Fail),
    ] {
        let never = CancellationToken::new();
        let played = play_scenario(NOTHING, model, Manner::Obedient, &never).await;
        let (kind, reason) = played.verdict();
        assert_eq!(kind, wanted, "{reason}");
        let mut findings = played.assessment.seen.findings.iter();
        let right = findings.find(|it| it.invariant == Invariant::RightResult);
        assert_eq!(right.expect("it is checked").checked, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_due_while_the_client_connects() {
    let stage = Stage::new(Model::default(), Manner::Obedient);
    let stage = stage.connects_after(Duration::from_secs(3));
    let played = play_on(NOTHING, stage, &CancellationToken::new()).await;
    let delay = played.assessment.seen.measures.generator_delay;
    let longest = delay.expect("it was measured").max.at_least.as_std();
    assert!(longest < Duration::from_millis(10), "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cannot_write_evidence_heals_and_reports_it() {
    let (performed, stage) = performed(Manner::Obedient, Bytes::new(45_000)).await;
    let error = performed
        .assessment
        .as_ref()
        .expect_err("the folder is full");
    assert!(
        matches!(
            error,
            Error::Evidence {
                heal_failure: None,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(stage.done.take(), ["inject", "heal"]);
    assert_eq!(performed.unhealed, 0);
    let archive = performed.archive();
    assert!(assess(&archive).expect("it reads").is_none(), "no verdict");
    let fragment = Fragment::of(&archive).expect("it reads");
    assert!(!fragment.under_way);
    let failure = fragment.failure.as_ref().expect("it says why");
    assert!(failure.contains("has reached its limit"), "{failure}");
    assert!(fragment.faults[0].healed.is_some());
    let summary = fragment.summary();
    assert!(summary.starts_with("crash: cut off\n"), "{summary}");
    assert!(summary.contains("in phase chaos"), "{summary}");
    let length = fragment.extent.length_ms.as_std();
    assert!(length >= Duration::from_secs(6), "{length:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_healed_is_reported_without_a_verdict_too() {
    let (performed, _) = performed(Manner::RefusesToHeal, Bytes::new(45_000)).await;
    let error = performed
        .assessment
        .as_ref()
        .expect_err("the folder is full");
    let said = error.to_string();
    let expected = "the run was ended because its evidence could not be written; could not heal \
                    fault `crash`: the worker does not start";
    assert_eq!(said, expected);
    assert_eq!(performed.unhealed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_full_before_its_first_fault_injects_none() {
    let (performed, stage) = performed(Manner::Obedient, LITTLE).await;
    assert!(performed.assessment.is_err());
    assert_eq!(stage.done.take(), <[&str; 0]>::default());
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_has_lost_records_is_not_judged() {
    for file in ["iterations.ndjson", "executions.ndjson"] {
        let (performed, _) = performed(Manner::Obedient, MUCH).await;
        let before = performed.assessment.as_ref().expect("it has a verdict");
        let archive = performed.archive();
        let anew = assess(&archive)
            .expect("it reads")
            .expect("it has a verdict");
        assert_eq!(anew.judgement.verdict, before.judgement.verdict);
        assert_eq!(anew.seen.measures, before.seen.measures);

        let path = performed.reports().join(file);
        let text = fs_err::read_to_string(&path).expect("readable");
        let cut = text.len() - 20;
        fs_err::write(&path, &text[..cut]).expect("writable");
        let error = assess(&archive).expect_err("one is torn");
        let said = error.to_string();
        let expected = format!("is damaged: {file} has 149 records, but 150 were written");
        assert!(said.ends_with(&expected), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_has_lost_an_event_is_not_judged() {
    let (performed, _) = performed(Manner::Obedient, MUCH).await;
    let archive = performed.archive();
    let path = performed.reports().join("events.ndjson");
    let text = fs_err::read_to_string(&path).expect("readable");
    let lines: Vec<&str> = text.lines().collect();
    let complete = lines
        .iter()
        .position(|line| line.contains(r#""kind":"evidence-complete""#))
        .expect("the run is complete");
    for lost in 0..complete {
        let mut left = lines.clone();
        left.remove(lost);
        fs_err::write(&path, left.join("\n") + "\n").expect("writable");
        let error = assess(&archive).expect_err("one is lost");
        let said = error.to_string();
        let (found, written) = (complete - 1, complete);
        let expected =
            format!("is damaged: events.ndjson has {found} records, but {written} were written");
        assert!(said.ends_with(&expected), "{}: {said}", lines[lost]);
    }
}
