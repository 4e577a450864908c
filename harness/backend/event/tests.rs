//! Events survive writing and reading, and reach the right receivers.

use std::collections::BTreeMap;

use base::log_tail::LogTail;
use base::news::News;
use jiff::Timestamp;
use model::phase::Phase;
use model::plan::{Action, ResourceId, ResourceKind};
use model::quantity::Milliseconds;
use model::topology::{Digest, ServiceName, WorkerBuild, WorkerBuilds};
use model::verdict_kind::{Conclusion, VerdictKind};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::error::TryRecvError;

use super::{Ending, Event, Events, Kind};
use crate::death::Death;
use crate::fault::Proof;
use crate::run_id::RunId;

fn at() -> Timestamp {
    "2026-02-03T04:05:06.789012Z".parse().expect("a moment")
}

fn run() -> RunId {
    RunId::new(42, at())
}

fn ms(microseconds: u64) -> Milliseconds {
    std::time::Duration::from_micros(microseconds).into()
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn death(at_ms: Option<Milliseconds>, log_tail: Option<LogTail>) -> Kind {
    let death = Death {
        replica: text("worker-0"),
        at_ms,
        status: text("exit status: 3"),
        log_tail,
    };
    Kind::ReplicaDied { death }
}

fn finished(verdict: Conclusion) -> Kind {
    Kind::ScenarioFinished {
        scenario: text("steady"),
        verdict,
        reason: text("for a reason"),
    }
}

fn of_steps() -> [Kind; 4] {
    let id = ResourceId::new(ResourceKind::Process, "worker-0");
    [
        Kind::StepStarted {
            id: id.clone(),
            action: Action::Create,
            reason: text("not there yet"),
        },
        Kind::StepApplied {
            id: id.clone(),
            elapsed_ms: ms(4_120),
        },
        Kind::StepWaiting {
            id: id.clone(),
            reason: text("no poller yet"),
        },
        Kind::StepFinished {
            id,
            action: Action::Create,
            elapsed_ms: ms(2_000_000),
        },
    ]
}

fn of_faults() -> [Kind; 4] {
    let injected = |effect| Kind::FaultInjected {
        fault: text("crash"),
        offset_ms: ms(7_000_250),
        effect,
    };
    [
        injected(Proof::Seen(text("worker-0 is gone"))),
        injected(Proof::Unseen(text("worker-0 is there"))),
        Kind::FaultFailed {
            fault: text("crash"),
            failure: text("no replica to kill"),
        },
        Kind::FaultHealed {
            fault: text("crash"),
            offset_ms: ms(9_000_000),
        },
    ]
}

fn of_news() -> [Kind; 5] {
    let what = || text("download");
    let progress = |total| News::Progress {
        what: what(),
        done: 1,
        total,
    };
    [
        News::Notice {
            message: text("a notice"),
        },
        progress(Some(2)),
        progress(None),
        News::ProgressFinished { what: what() },
        News::ProgressGivenUp { what: what() },
    ]
    .map(Kind::News)
}

fn of_runs() -> Vec<Kind> {
    let tail = LogTail {
        path: "logs/worker-0.log".into(),
        lines: vec![text("bye")],
    };
    let worker = WorkerBuild {
        program: Some(Digest::of_bytes(b"a worker")),
        image: None,
        reference: Some(text("worker:1")),
    };
    let workers = BTreeMap::from([(ServiceName::new("worker"), worker)]);
    let complete = |ending, heal_failure, unseen, workers| Kind::EvidenceComplete {
        ending,
        events: Some(12),
        iterations: 150,
        executions: 149,
        longest_stop_ms: ms(1),
        heal_failure,
        unseen,
        workers,
    };
    let lost = Kind::EvidenceLost {
        failure: text("no storage space"),
    };
    vec![
        lost,
        Kind::ScenarioStarted {
            scenario: text("steady"),
            seed: u64::MAX,
            deaths: Vec::new(),
        },
        Kind::PhaseStarted {
            phase: Phase::Baseline,
            offset_ms: ms(1_500_000),
            length_ms: ms(3_000_000),
        },
        Kind::Load {
            offset_ms: ms(1_000_321),
            started: 6,
            closed: 5,
            failed: 4,
            dropped: 3,
            not_sent: 2,
            read: 1,
        },
        Kind::SteadyStateJudged {
            met: true,
            offset_ms: ms(4_500_000),
        },
        death(Some(ms(12_300_000)), Some(tail)),
        death(None, None),
        Kind::Checking { executions: 96 },
        complete(Ending::Complete, None, None, WorkerBuilds(workers)),
        complete(
            Ending::NotSteady,
            None,
            Some(text("no answer")),
            WorkerBuilds::default(),
        ),
        complete(
            Ending::Interrupted,
            Some(text("no answer")),
            None,
            WorkerBuilds::default(),
        ),
        finished(Conclusion::Verdict(VerdictKind::ThresholdMissed)),
        finished(Conclusion::Error),
        finished(Conclusion::NotRun),
    ]
}

fn every_kind() -> Vec<Kind> {
    let mut kinds = vec![Kind::stream()];
    kinds.extend(of_steps());
    kinds.extend(of_runs());
    kinds.extend(of_faults());
    kinds.extend(of_news());
    kinds
}

fn written(kind: Kind, run: Option<RunId>) -> Value {
    let event = Event {
        at: at(),
        run,
        kind,
    };
    serde_json::to_value(event).expect("JSON")
}

#[test]
fn every_kind_is_read_back_as_it_was() {
    for kind in every_kind() {
        for run in [None, Some(run())] {
            let event = Event {
                at: at(),
                run,
                kind: kind.clone(),
            };
            let line = serde_json::to_string(&event).expect("JSON");
            let read: Event =
                serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
            assert_eq!(read, event, "{line}");
        }
    }
}

#[test]
fn every_event_has_a_time_a_run_and_a_kind_and_keys_in_milliseconds_are_numbers() {
    for kind in every_kind() {
        let event = written(kind, Some(run()));
        assert_eq!(event["at"], "2026-02-03T04:05:06.789012Z", "{event}");
        assert_eq!(event["run"], run().to_string(), "{event}");
        assert!(event["kind"].is_string(), "{event}");
        for (key, value) in event.as_object().expect("an object") {
            let is_kebab = key.chars().all(|it| it.is_ascii_lowercase() || it == '-');
            assert!(is_kebab, "{key} in {event}");
            let is_time = key.ends_with("-ms");
            assert!(!is_time || value.is_number() || value.is_null(), "{event}");
        }
    }
}

#[test]
fn seeds_times_and_verdicts_have_their_documented_format() {
    let started = Kind::ScenarioStarted {
        scenario: text("steady"),
        seed: u64::MAX,
        deaths: Vec::new(),
    };
    let expected = json!({
        "at": "2026-02-03T04:05:06.789012Z", "run": null, "kind": "scenario-started",
        "scenario": "steady", "seed": "18446744073709551615", "deaths": [],
    });
    assert_eq!(written(started, None), expected);
    let expected = json!({
        "at": "2026-02-03T04:05:06.789012Z", "run": run().to_string(), "kind": "replica-died",
        "replica": "worker-0", "at-ms": 12300.5, "status": "exit status: 3", "log-tail": null,
    });
    assert_eq!(
        written(death(Some(ms(12_300_500)), None), Some(run())),
        expected
    );
    let missed = finished(Conclusion::Verdict(VerdictKind::ThresholdMissed));
    assert_eq!(written(missed, None)["verdict"], "threshold-missed");
    assert_eq!(
        written(finished(Conclusion::NotRun), None)["verdict"],
        "not-run"
    );
}

#[test]
fn a_missing_key_or_an_unknown_kind_is_refused_and_an_unknown_key_is_ignored() {
    let read = |event: &Value| serde_json::from_value::<Event>(event.clone());
    let mut event = written(Kind::Checking { executions: 96 }, None);
    event["of-a-later-version"] = json!(7);
    assert!(read(&event).is_ok(), "{event}");
    for key in ["at", "kind", "executions"] {
        let mut event = event.clone();
        event.as_object_mut().expect("an object").remove(key);
        assert!(read(&event).is_err(), "{event}");
    }
    event["kind"] = json!("of-a-later-version");
    assert!(read(&event).is_err(), "{event}");
}

fn heard(receiver: &mut UnboundedReceiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| receiver.try_recv().ok()).collect()
}

#[test]
fn events_and_news_of_a_run_reach_both_receivers_and_carry_the_run() {
    let before = Timestamp::now();
    let (events, mut all) = Events::channel();
    events.notice("before");
    let (of_run, mut of_this_run) = events.of_run(run());
    of_run.send(Kind::Checking { executions: 1 });
    of_run.listener().notice("within");
    events.send(Kind::Checking { executions: 2 });
    let (all, of_this_run) = (heard(&mut all), heard(&mut of_this_run));
    let runs: Vec<Option<RunId>> = all.iter().map(|event| event.run.clone()).collect();
    assert_eq!(runs, [None, Some(run()), Some(run()), None]);
    assert_eq!(of_this_run, all[1..3], "each is one event, received twice");
    assert!(all.is_sorted_by_key(|event| event.at), "{all:?}");
    // Events have a resolution of one microsecond.
    let first = all[0].at.as_microsecond();
    assert!(first >= before.as_microsecond() && all[0].at <= Timestamp::now());
}

#[test]
fn the_receiver_of_a_run_ends_once_all_senders_are_dropped() {
    let (events, mut all) = Events::channel();
    let (of_run, mut of_this_run) = events.of_run(run());
    let clone = of_run.clone();
    drop(of_run);
    clone.send(Kind::Checking { executions: 1 });
    assert_eq!(heard(&mut of_this_run).len(), 1);
    assert_eq!(of_this_run.try_recv(), Err(TryRecvError::Empty));
    drop(clone);
    assert_eq!(of_this_run.try_recv(), Err(TryRecvError::Disconnected));
    events.notice("the outer stream goes on");
    assert_eq!(heard(&mut all).len(), 2);
}

#[test]
fn a_dropped_receiver_does_not_affect_the_other_receivers() {
    let (events, mut all) = Events::channel();
    let (of_run, of_this_run) = events.of_run(run());
    drop(of_this_run);
    of_run.notice("still received");
    assert_eq!(heard(&mut all).len(), 1);
}
