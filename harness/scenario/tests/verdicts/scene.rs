//! A run as the tests of verdicts change it.

use backend::death::Death;
use backend::event::Ending;
use backend::fault::Proof;
use check::Unread;
use engine::watch;
use load::{Call, Cause, Failure, Iteration, Latencies, Outcome, Unsent};
use model::quantity::Duration;
use temporal::{
    Close, Execution, ExecutionKey, HistoryEvent, OpKind, Pending, Reading, Reply, Status,
};

use super::super::super::model::{LatencyThresholds, Thresholds};
use super::super::super::{FaultRecord, Measures, Observations, RunPlan, Verdict, judge};
use super::super::evidence::Evidence;
use super::super::{CRASH, plan};

/// A run without any fault, of which a test changes one thing.
pub(super) struct Scene {
    pub(super) plan: RunPlan,
    pub(super) evidence: Evidence,
    pub(super) faults: Vec<FaultRecord>,
    pub(super) delay: std::time::Duration,
    pub(super) ending: Ending,
    pub(super) longest_stop: Duration,
    pub(super) heal_failure: Option<&'static str>,
    pub(super) watched: watch::Seen,
}

impl Scene {
    pub(super) fn good() -> Self {
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

    pub(super) fn verdict(&self) -> Verdict {
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

    pub(super) fn loses_a_workflow(mut self) -> Self {
        self.evidence
            .readings
            .insert("hello-3".to_owned(), Reading::Absent);
        self
    }

    pub(super) fn loses_a_replica(mut self) -> Self {
        self.watched.deaths.push(Death {
            replica: "worker-1".to_owned(),
            at_ms: Some(Duration::from_millis(12_300).into()),
            status: "exit status: 3".to_owned(),
            log_tail: None,
        });
        self
    }

    pub(super) fn has_no_effect(mut self) -> Self {
        self.faults[0].effect = Some(Proof::Unseen("none".to_owned()));
        self
    }

    pub(super) fn recovers_slowly(mut self) -> Self {
        for iteration in &mut self.evidence.iterations {
            if iteration.phase == "recovery" {
                iteration.steps[0].answered += std::time::Duration::from_secs(3);
            }
        }
        self
    }
}

/// Adds one workflow that starts and completes in a second of the run.
pub(super) fn completed(plan: &RunPlan, evidence: &mut Evidence, second: u64) {
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
        name: None,
        expected: None,
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
        flow: Some("Workflow".to_owned()),
        status: None,
        workload: "hello".to_owned(),
        sequence: second,
        phase: phase.name.clone(),
        workflow_id: id.clone(),
        expected: result.clone(),
        start: call(OpKind::Start, at, started),
        steps: vec![call(OpKind::AwaitResult, end, closed)],
        unfinished: false,
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
        first_run_id: None,
        status: Status::Completed,
        history: kinds.map(event).collect(),
        result,
        failure: None,
        pending: Pending::default(),
    };
    evidence.readings.insert(id, Reading::Found(execution));
}

/// Sets the outcome of a start that was not acknowledged.
pub(super) fn not_started(iteration: &mut Iteration, outcome: Outcome) {
    iteration.start.outcome = outcome;
    iteration.start.answered = iteration.ended();
    iteration.steps.clear();
}

/// The failure of a start while the server is down.
pub(super) fn away() -> Failure {
    Failure {
        code: "Unavailable".to_owned(),
        message: "away".to_owned(),
    }
}

/// Thresholds with one latency bound.
pub(super) fn p50_below(bound: &str) -> Thresholds {
    Thresholds {
        start_to_close: LatencyThresholds {
            p50: Some(bound.parse().expect("a threshold")),
            ..LatencyThresholds::default()
        },
        ..Thresholds::default()
    }
}

/// The verdict on each scene, with its exit code and reason.
pub(super) fn told(scenes: &[(&str, Scene)]) -> String {
    let verdicts = scenes.iter().map(|(name, scene)| {
        let Verdict { kind, reason, .. } = scene.verdict();
        format!("{name} -> {kind}: {reason}")
    });
    verdicts.collect::<Vec<_>>().join("\n")
}

/// Adds arrivals that were not sent to the phase of `second`.
pub(super) fn unsent(evidence: &mut Evidence, second: u64, arrivals: u64, cause: Cause) {
    let mut iterations = evidence.iterations.iter();
    let first = iterations.find(|it| it.sequence == second);
    let mut iteration = first.expect("one for every second").clone();
    let unsent = Unsent {
        arrivals,
        last_intended: iteration.intended(),
        cause,
        message: None,
    };
    not_started(&mut iteration, Outcome::NotSent(unsent));
    iteration.start.sent = None;
    evidence.iterations.push(iteration);
}
