//! Tests of the table from events to lines.

use backend::death::Death;
use backend::fault::Proof;
use model::phase::Phase;
use model::plan::{Action, ResourceId, ResourceKind};
use model::quantity::Milliseconds;

use super::*;

fn ms(milliseconds: u64) -> Milliseconds {
    std::time::Duration::from_millis(milliseconds).into()
}

fn fault_injected(proof: fn(String) -> Proof) -> Kind {
    Kind::FaultInjected {
        fault: "crash".to_owned(),
        offset_ms: ms(7000),
        effect: proof("worker-0 is gone".to_owned()),
    }
}

fn died(at_ms: Option<Milliseconds>) -> Kind {
    Kind::ReplicaDied {
        death: Death {
            replica: "worker-0".to_owned(),
            at_ms,
            status: "exit status: 3".to_owned(),
            log_tail: None,
        },
    }
}

fn finished(verdict: Conclusion) -> Kind {
    Kind::ScenarioFinished {
        scenario: "steady".to_owned(),
        verdict,
        reason: "for a reason".to_owned(),
    }
}

fn shown(kind: &Kind, scenario: Option<&str>) -> String {
    let Line { sign, text } = line(kind, scenario).expect("it is news");
    format!("{} {text}", sign.as_str())
}

#[test]
fn every_printed_event_has_its_line() {
    let id = ResourceId::new(ResourceKind::Process, "worker-0");
    let action = Action::Update;
    let outside = [
        Kind::News(News::Notice {
            message: "something is worth knowing".to_owned(),
        }),
        Kind::StepStarted {
            id: id.clone(),
            action,
            reason: "its process is gone".to_owned(),
        },
        Kind::StepFinished {
            id,
            action,
            elapsed_ms: ms(1240),
        },
        died(None),
    ];
    let within = [
        Kind::ScenarioStarted {
            scenario: "steady".to_owned(),
            seed: 42,
            deaths: Vec::new(),
        },
        Kind::PhaseStarted {
            phase: Phase::Warmup,
            offset_ms: ms(0),
            length_ms: ms(1500),
        },
        fault_injected(Proof::Seen),
        fault_injected(Proof::Unseen),
        Kind::FaultFailed {
            fault: "crash".to_owned(),
            failure: "nobody to kill".to_owned(),
        },
        Kind::FaultHealed {
            fault: "crash".to_owned(),
            offset_ms: ms(9000),
        },
        died(Some(ms(12_300))),
        Kind::Checking { executions: 96 },
        finished(Conclusion::Verdict(VerdictKind::Pass)),
        finished(Conclusion::Verdict(VerdictKind::Skipped)),
        finished(Conclusion::Verdict(VerdictKind::Inconclusive)),
        finished(Conclusion::Verdict(VerdictKind::ThresholdMissed)),
        finished(Conclusion::Verdict(VerdictKind::Fail)),
        finished(Conclusion::Error),
        finished(Conclusion::NotRun),
    ];
    let outside = outside.iter().map(|kind| shown(kind, None));
    let within = within.iter().map(|kind| shown(kind, Some("steady")));
    let lines: Vec<String> = outside.chain(within).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    · something is worth knowing
    … replace process/worker-0: its process is gone
    ✓ replace process/worker-0: done in 1.2s
    ✗ worker-0 died by itself before the run: exit status: 3
    … scenario steady (seed 42)
    · steady: warmup, 1s500ms
    · steady: fault crash: worker-0 is gone
    ✗ steady: fault crash had no proven effect: worker-0 is gone
    ✗ steady: fault crash could not be injected: nobody to kill
    · steady: fault crash healed
    ✗ steady: worker-0 died by itself 12.3s into the run: exit status: 3
    · steady: reading 96 histories back
    ✓ steady: pass: for a reason
    · steady: skipped: for a reason
    ✗ steady: inconclusive: for a reason
    ✗ steady: threshold-missed: for a reason
    ✗ steady: fail: for a reason
    ✗ steady: error: for a reason
    ✗ steady: not-run: for a reason
    ");
}

#[test]
fn progress_events_have_no_line() {
    let what = || "download temporal".to_owned();
    for kind in [
        Kind::StepWaiting {
            id: ResourceId::new(ResourceKind::Process, "worker-0"),
            reason: "no poller yet".to_owned(),
        },
        Kind::News(News::Progress {
            what: what(),
            done: 1,
            total: None,
        }),
        Kind::News(News::ProgressFinished { what: what() }),
        Kind::Load {
            offset_ms: ms(1000),
            started: 3,
            closed: 2,
            failed: 0,
            dropped: 0,
            not_sent: 0,
            read: 0,
        },
        Kind::SteadyStateJudged {
            met: true,
            offset_ms: ms(3000),
        },
        Kind::stream(),
    ] {
        assert_eq!(line(&kind, Some("steady")), None, "{kind:?}");
    }
}
