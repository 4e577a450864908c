//! The whole table from event to line.

use backend::death::Death;
use backend::fault::Proof;
use model::plan::{Action, ResourceId, ResourceKind};
use model::quantity::Duration;

use super::*;

fn scenario() -> String {
    "steady".to_owned()
}

fn fault_injected(proof: fn(String) -> Proof) -> Event {
    Event::FaultInjected {
        scenario: scenario(),
        fault: "crash".to_owned(),
        effect: proof("worker-0 is gone".to_owned()),
    }
}

fn died(scenario: Option<String>) -> Event {
    Event::ReplicaDied {
        death: Death {
            replica: "worker-0".to_owned(),
            at: scenario.as_ref().map(|_| Duration::from_millis(12_300)),
            status: "exit status: 3".to_owned(),
            log_tail: None,
        },
        scenario,
    }
}

fn finished(verdict: &str) -> Event {
    Event::ScenarioFinished {
        scenario: scenario(),
        verdict: verdict.to_owned(),
        reason: "for a reason".to_owned(),
    }
}

#[test]
fn every_event_that_is_news_has_its_line() {
    let id = ResourceId::new(ResourceKind::Process, "worker-0");
    let action = Action::Update;
    let events = [
        Event::News(News::Notice {
            message: "something is worth knowing".to_owned(),
        }),
        Event::StepStarted {
            id: id.clone(),
            action,
            reason: "its process is gone".to_owned(),
        },
        Event::StepFinished {
            id,
            action,
            elapsed: Duration::from_millis(1240),
        },
        Event::ScenarioStarted {
            scenario: scenario(),
            seed: 42,
        },
        Event::PhaseStarted {
            scenario: scenario(),
            phase: "warmup".to_owned(),
            duration: Duration::from_millis(1500),
        },
        fault_injected(Proof::Seen),
        fault_injected(Proof::Unseen),
        Event::FaultHealed {
            scenario: scenario(),
            fault: "crash".to_owned(),
        },
        died(Some(scenario())),
        died(None),
        Event::Checking {
            scenario: scenario(),
            executions: 96,
        },
        finished("pass"),
        finished("skipped"),
        finished("inconclusive"),
        finished("threshold-missed"),
        finished("fail"),
    ];
    let lines = events.iter().map(|event| {
        let Line { sign, text } = line(event).expect("it is news");
        format!("{} {text}", sign.as_str())
    });
    let lines: Vec<String> = lines.collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    · something is worth knowing
    … replace process/worker-0: its process is gone
    ✓ replace process/worker-0: done in 1.2s
    … scenario steady (seed 42)
    · steady: warmup, 1s500ms
    · steady: fault crash: worker-0 is gone
    ✗ steady: fault crash had no proven effect: worker-0 is gone
    · steady: fault crash healed
    ✗ steady: worker-0 died by itself 12.3s into the run: exit status: 3
    ✗ worker-0 died by itself before the run: exit status: 3
    · steady: reading 96 histories back
    ✓ steady: pass: for a reason
    · steady: skipped: for a reason
    ✗ steady: inconclusive: for a reason
    ✗ steady: threshold-missed: for a reason
    ✗ steady: fail: for a reason
    ");
}

#[test]
fn what_only_moves_has_no_line() {
    let what = || "download temporal".to_owned();
    for event in [
        Event::StepWaiting {
            id: ResourceId::new(ResourceKind::Process, "worker-0"),
            reason: "no poller yet".to_owned(),
        },
        Event::News(News::Progress {
            what: what(),
            done: 1,
            total: None,
        }),
        Event::News(News::ProgressFinished { what: what() }),
        Event::Load {
            scenario: scenario(),
            started: 3,
            closed: 2,
            failed: 0,
            dropped: 0,
            not_sent: 0,
        },
    ] {
        assert_eq!(line(&event), None, "{event:?}");
    }
}
