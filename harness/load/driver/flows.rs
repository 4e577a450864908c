//! Tests of what an iteration does besides starting a workflow, in paused time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use temporal::simulated::{Model, Window};
use temporal::{OpKind, Status};
use tokio_util::sync::CancellationToken;

use super::fixture::{Ran, SECOND, closed, drive_model, flow, open, workload};
use crate::{Call, Flow, Iteration, Message, MessageWithReply, Outcome, Step, WorkflowOutcome};

fn message(name: &str, input: Value) -> Message {
    Message {
        name: name.to_owned(),
        input: vec![input],
    }
}

fn asking(name: &str, input: Value, result: Value) -> MessageWithReply {
    MessageWithReply {
        message: message(name, input),
        result: Some(result),
        times: 1,
    }
}

/// A counter that is told, asked and changed.
fn counter() -> Flow {
    Flow {
        name: "counter".to_owned(),
        variables: BTreeMap::from([("limit".to_owned(), "uniform(1, 1000)".to_owned())]),
        steps: vec![
            Step::Signal {
                message: message("add", json!({"$value": "i"})),
                times: 3,
            },
            Step::Wait {
                length: Duration::from_millis(100).into(),
            },
            Step::Query(asking("total", json!("{{ n }}"), json!("{{ n }}"))),
            Step::Update(asking(
                "set-limit",
                json!({"$value": "limit"}),
                json!({"$value": "limit"}),
            )),
        ],
        ..flow("SignalCounter")
    }
}

async fn run(model: Model, mix: Vec<Flow>, iterations: u32) -> Ran {
    let mut workload = workload("mix", open(iterations, 1000));
    workload.mix = mix;
    let phases = [("baseline", SECOND)];
    drive_model(model, vec![workload], &phases, CancellationToken::new()).await
}

fn slow() -> Model {
    Model {
        run_time: SECOND,
        ..Model::default()
    }
}

#[tokio::test(start_paused = true)]
async fn steps_follow_the_start_one_after_another() {
    let ran = run(slow(), vec![counter()], 2).await;
    let iteration = &ran.iterations[1];
    let line = |call: &Call| {
        let since = |offset: Duration| offset.saturating_sub(iteration.intended()).as_millis();
        let sent = call.sent.map_or(0, since);
        let name = call.name.as_deref().unwrap_or_default();
        format!(
            "{} {name} due {} sent {sent} answered {}",
            call.op,
            since(call.intended),
            since(call.answered)
        )
    };
    let lines: Vec<String> = iteration.steps.iter().map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    signal add due 2 sent 2 answered 4
    signal add due 4 sent 4 answered 6
    signal add due 6 sent 6 answered 8
    query total due 108 sent 108 answered 110
    update set-limit due 110 sent 110 answered 112
    await-result  due 112 sent 112 answered 1002
    ");
    let limit = iteration.steps[4].expected.clone();
    assert!(limit.as_ref().is_some_and(Value::is_u64), "{limit:?}");
    for step in &iteration.steps[3..5] {
        let Outcome::Ok(temporal::Reply::Returned { result }) = &step.outcome else {
            panic!("{step:?}");
        };
        assert_eq!(*result, step.expected);
    }
    assert!(iteration.is_completed());
}

#[tokio::test(start_paused = true)]
async fn each_call_has_an_id_of_its_own_that_follows_from_the_seed() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&seen);
    let model = Model {
        reply: Arc::new(move |message| {
            log.lock().expect("no panic").push(message.id.clone());
            Value::Null
        }),
        ..slow()
    };
    let mut asked = counter();
    asked.steps.push(Step::Update(MessageWithReply {
        times: 2,
        ..asking("add", json!(1), json!(null))
    }));
    run(model, vec![asked], 1).await;
    let seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen, ["mix-0/5", "mix-0/6", "mix-0/7", "mix-0/8"]);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_not_carried_out_ends_the_iteration() {
    // The workflow closes before the query.
    let model = Model {
        run_time: Duration::from_millis(50),
        ..Model::default()
    };
    let ran = run(model, vec![counter()], 1).await;
    let iteration = &ran.iterations[0];
    let WorkflowOutcome::Abandoned(call) = iteration.outcome() else {
        panic!("{iteration:?}");
    };
    assert_eq!(
        (call.op, call.name.as_deref()),
        (OpKind::Query, Some("total"))
    );
    let last = iteration.steps.last().expect("steps");
    assert_eq!(
        last.op,
        OpKind::Query,
        "the clean-up is no call of the load"
    );
    assert_eq!(ran.counts.failed, 1);
    // The server is gone when the update is due.
    let outage = Window {
        from: Duration::from_millis(110),
        until: SECOND * 2,
    };
    let model = Model {
        outages: vec![outage],
        ..slow()
    };
    let ran = run(model, vec![counter()], 1).await;
    assert!(matches!(
        ran.iterations[0].outcome(),
        WorkflowOutcome::Abandoned(_)
    ));
    assert!(ran.iterations[0].may_be_open());
}

#[tokio::test(start_paused = true)]
async fn a_workflow_closes_as_its_flow_says() {
    let ending = |name: &str, step: Step, status: Status| Flow {
        name: name.to_owned(),
        steps: vec![step],
        status: Some(status),
        result: None,
        ..flow("Endless")
    };
    let reason = "it is enough".to_owned();
    let mix = vec![
        ending("cancel", Step::Cancel, Status::Canceled),
        ending("terminate", Step::Terminate { reason }, Status::Terminated),
    ];
    let ran = run(slow(), mix, 100).await;
    assert!(ran.iterations.iter().all(Iteration::is_completed));
    assert_eq!(ran.counts.failed, 0);
    let canceled = ran.count(|it| it.status == Some(Status::Canceled));
    assert!((30..=70).contains(&canceled), "{canceled} of 100");
}

#[tokio::test(start_paused = true)]
async fn flows_are_drawn_by_their_weights_and_from_the_seed() {
    let weighted = |name: &str, weight: u32| Flow {
        name: name.to_owned(),
        weight,
        ..flow("Workflow")
    };
    let mix = || {
        vec![
            weighted("rare", 1),
            weighted("often", 8),
            weighted("never", 0),
        ]
    };
    let flows = |ran: &Ran| -> Vec<Option<String>> {
        ran.iterations.iter().map(|it| it.flow.clone()).collect()
    };
    let ran = run(Model::default(), mix(), 2000).await;
    let of = |name: &str| ran.count(|it| it.flow.as_deref() == Some(name));
    assert_eq!(of("rare") + of("often"), 2000);
    // 222 are expected; six standard deviations are 84.
    assert!((138..=306).contains(&of("rare")), "{}", of("rare"));
    let again = run(Model::default(), mix(), 2000).await;
    assert_eq!(flows(&again), flows(&ran));
}

#[tokio::test(start_paused = true)]
async fn an_iteration_whose_template_fails_is_recorded_with_the_reason() {
    let failing = Flow {
        input: vec![json!("{{ choice([1, 2][n:]) }}")],
        result: None,
        ..flow("Workflow")
    };
    for executor in [open(5, 10), closed(1)] {
        let mut workload = workload("mix", executor);
        workload.mix = vec![failing.clone()];
        let phases = [("baseline", SECOND)];
        let model = Model::default();
        let ran = drive_model(model, vec![workload], &phases, CancellationToken::new()).await;
        let not_made = ran.count(|it| match it.outcome() {
            WorkflowOutcome::NotMade(unsent) => {
                let message = unsent.message.as_deref().unwrap_or_default();
                assert!(message.ends_with("at least one item"), "{message}");
                true
            }
            _ => false,
        });
        assert!(not_made >= 3, "{not_made}");
        assert_eq!(ran.count(Iteration::is_completed), 2);
        assert_eq!(ran.counts.not_sent, not_made as u64);
    }
}
