use std::time::Duration;

use load::Failure;
use serde_json::json;
use temporal::{Close, Status};

use super::*;

fn at(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn call(op: OpKind, intended: u64, sent: u64, answered: u64, outcome: Outcome) -> Call {
    let name = (op == OpKind::Update).then(|| "set".to_owned());
    Call {
        op,
        name,
        intended: at(intended),
        sent: Some(at(sent)),
        answered: at(answered),
        outcome,
        expected: None,
    }
}

fn failure(code: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        message: "no".to_owned(),
    }
}

/// An iteration that is due at `intended` and sent 1 ms late. Its start takes 10 ms, its update 20 ms
/// and its close 30 ms.
fn iteration(flow: &str, intended: u64, update: Outcome) -> Iteration {
    let started = Reply::Started {
        run_id: "run".to_owned(),
    };
    let closed = Reply::Closed(Close {
        status: Status::Completed,
        result: None,
        failure: None,
    });
    let is_done = matches!(&update, Outcome::Ok(Reply::Returned { .. }));
    let at = intended + 1;
    let start = call(OpKind::Start, intended, at, at + 10, Outcome::Ok(started));
    let mut steps = vec![call(OpKind::Update, at + 10, at + 10, at + 30, update)];
    if is_done {
        let closed = Outcome::Ok(closed);
        steps.push(call(OpKind::AwaitResult, at + 30, at + 30, at + 60, closed));
    }
    Iteration {
        workload: "mixed".to_owned(),
        sequence: 0,
        flow: Some(flow.to_owned()),
        phase: "baseline".to_owned(),
        workflow_id: "mixed-0".to_owned(),
        expected: None,
        status: None,
        start,
        steps,
        unfinished: !is_done,
    }
}

fn returned() -> Outcome {
    Outcome::Ok(Reply::Returned {
        result: Some(json!(1)),
    })
}

fn rejected() -> Outcome {
    Outcome::Ok(Reply::Failed {
        failure: "no".to_owned(),
    })
}

fn broken_down(iterations: &[Iteration]) -> (Vec<FlowStatistics>, Vec<CallStatistics>) {
    let mut breakdown = Breakdown::default();
    for iteration in iterations {
        breakdown.add(iteration);
    }
    breakdown.finish()
}

#[test]
fn each_outcome_of_a_call_is_counted_once_with_its_code() {
    let late = failure("DeadlineExceeded");
    let outcomes = [
        returned(),
        returned(),
        rejected(),
        Outcome::Fail(failure("NotFound")),
        Outcome::Info(failure("Unavailable")),
        Outcome::Info(failure("Unavailable")),
        Outcome::Info(late),
    ];
    let iterations = outcomes.map(|outcome| iteration("register", 110, outcome));
    let (flows, calls) = broken_down(&iterations);
    let [flow] = &flows[..] else {
        panic!("{flows:?}")
    };
    assert_eq!((flow.sent, flow.completed), (7, 2));
    assert_eq!((flow.failed, flow.given_up), (4, 1));
    let updates = calls.iter().find(|it| it.operation == OpKind::Update);
    let updates = updates.expect("there are updates");
    assert_eq!(updates.name.as_deref(), Some("set"));
    let counts = (
        updates.ok,
        updates.failed,
        updates.refused,
        updates.unknown,
        updates.given_up,
    );
    assert_eq!((updates.sent, counts), (7, (2, 1, 1, 2, 1)));
    let failures = [
        ("DeadlineExceeded", 1),
        ("Failed", 1),
        ("NotFound", 1),
        ("Unavailable", 2),
    ];
    let failures = failures.map(|(code, count)| {
        let first = "no".to_owned();
        (code.to_owned(), CallFailures { count, first })
    });
    assert_eq!(updates.failures, failures.into());
    let most = updates.main_failure().map(|(code, it)| (code, it.count));
    assert_eq!(most, Some(("Unavailable", 2)));
    let latency = updates.latency.expect("three have one");
    assert_eq!((latency.count, latency.censored), (3, 1));
    let starts = calls.iter().find(|it| it.operation == OpKind::Start);
    let starts = starts.expect("there are starts");
    let p50 = |percentiles: Option<Percentiles>| percentiles.expect("some").p50.to_string();
    assert_eq!((starts.sent, starts.ok), (7, 7));
    let of_starts = (p50(starts.latency), p50(starts.service_time));
    assert_eq!(of_starts, ("11.0ms".to_owned(), "10.0ms".to_owned()));
}
