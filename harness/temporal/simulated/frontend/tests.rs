//! Tests of the simulated frontend in paused time, without defects and with each of them.

use serde_json::json;

use super::*;
use crate::Frontend as _;
use crate::fake::await_result;
use crate::simulated::Window;

const DEADLINE: Duration = Duration::from_secs(5);

fn hello(request_id: &str) -> Start {
    Start {
        workflow_id: "hello".to_owned(),
        request_id: request_id.to_owned(),
        workflow_type: "Workflow".to_owned(),
        task_queue: "hello-world".to_owned(),
        input: vec![json!("Hello Guest!")],
        ..Start::default()
    }
}

fn key(run_id: &str) -> ExecutionKey {
    ExecutionKey {
        workflow_id: "hello".to_owned(),
        run_id: run_id.to_owned(),
    }
}

fn with(defect: Defect) -> Model {
    Model {
        defects: BTreeMap::from([(0, defect)]),
        ..Model::default()
    }
}

async fn start(frontend: &Frontend, request_id: &str) -> Answer {
    frontend.call(Op::Start(hello(request_id)), DEADLINE).await
}

async fn started(frontend: &Frontend) -> ExecutionKey {
    match start(frontend, "first").await {
        Answer::Ok(Reply::Started { run_id }) => key(&run_id),
        other => panic!("not started: {other:?}"),
    }
}

/// Starts a workflow, waits for its close and reads the latest run of it.
async fn run(model: Model) -> (ExecutionKey, Result<Close, Error>, Option<Execution>) {
    let frontend = Frontend::new(model);
    let started = started(&frontend).await;
    let close = await_result(&frontend, started.clone(), DEADLINE).await;
    let execution = frontend.execution(key(""), DEADLINE).await;
    (started, close, execution.expect("reachable"))
}

fn outline(execution: &Execution) -> String {
    let lines: Vec<String> = execution
        .history
        .iter()
        .map(|event| format!("{} {} {}", event.at, event.id, event.kind))
        .collect();
    format!("{:?}\n{}", execution.status, lines.join("\n"))
}

#[tokio::test(start_paused = true)]
async fn without_defects_a_hello_world_looks_like_on_a_real_server() {
    let (started, close, execution) = run(Model::default()).await;
    let execution = execution.expect("known");
    assert_eq!(execution.key, started);
    assert_eq!(close.expect("closed").result, Some(json!("Hello Guest!")));
    assert_eq!(execution.result, Some(json!("Hello Guest!")));
    insta::assert_snapshot!(outline(&execution), @"
    Completed
    1970-01-01T00:00:00.002Z 1 WorkflowExecutionStarted
    1970-01-01T00:00:00.002Z 2 WorkflowTaskScheduled
    1970-01-01T00:00:00.002Z 3 WorkflowTaskStarted
    1970-01-01T00:00:00.002Z 4 WorkflowTaskCompleted
    1970-01-01T00:00:00.002Z 5 ActivityTaskScheduled
    1970-01-01T00:00:00.002Z 6 ActivityTaskStarted
    1970-01-01T00:00:00.002Z 7 ActivityTaskCompleted
    1970-01-01T00:00:00.002Z 8 WorkflowTaskScheduled
    1970-01-01T00:00:00.002Z 9 WorkflowTaskStarted
    1970-01-01T00:00:00.002Z 10 WorkflowTaskCompleted
    1970-01-01T00:00:00.01Z 11 WorkflowExecutionCompleted
    ");
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_has_not_closed_is_running() {
    let frontend = Frontend::new(Model::default());
    let started = started(&frontend).await;
    let execution = frontend.execution(started, DEADLINE).await;
    let execution = execution.expect("reachable").expect("known");
    assert_eq!(execution.result, None);
    insta::assert_snapshot!(outline(&execution), @"
    Running
    1970-01-01T00:00:00.002Z 1 WorkflowExecutionStarted
    1970-01-01T00:00:00.002Z 2 WorkflowTaskScheduled
    1970-01-01T00:00:00.002Z 3 WorkflowTaskStarted
    1970-01-01T00:00:00.002Z 4 WorkflowTaskCompleted
    1970-01-01T00:00:00.002Z 5 ActivityTaskScheduled
    ");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_start_gives_the_same_run_and_another_one_is_refused() {
    let frontend = Frontend::new(Model::default());
    let first = started(&frontend).await;
    assert_eq!(started(&frontend).await, first);
    let other = start(&frontend, "other").await;
    assert!(matches!(other, Answer::Fail(error) if error.code == "AlreadyExists"));
    let closed = await_result(&frontend, first.clone(), DEADLINE).await;
    assert!(closed.is_ok());
    let next = start(&frontend, "other").await;
    assert!(matches!(next, Answer::Ok(Reply::Started { run_id }) if run_id != first.run_id));
}

#[tokio::test(start_paused = true)]
async fn a_lost_start_is_acknowledged_and_then_not_found() {
    let (_, close, execution) = run(with(Defect::LosesStart)).await;
    assert_eq!(close.expect_err("lost").code, "NotFound");
    assert_eq!(execution, None);
}

#[tokio::test(start_paused = true)]
async fn every_other_defect_has_its_effect() {
    let (_, close, execution) = run(with(Defect::WrongResult(json!(1)))).await;
    assert_eq!(close.expect("closed").result, Some(json!(1)));
    assert_eq!(execution.expect("known").result, Some(json!(1)));

    let (_, close, execution) = run(with(Defect::NeverCloses)).await;
    assert_eq!(close.expect_err("open").code, "Cancelled");
    assert_eq!(execution.expect("known").status, Status::Running);

    let ids = |execution: Option<Execution>| -> Vec<i64> {
        let history = execution.expect("known").history;
        history.iter().map(|event| event.id).collect()
    };
    let (_, _, execution) = run(with(Defect::SkipsEventId)).await;
    assert_eq!(ids(execution), [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]);

    let (_, _, execution) = run(with(Defect::ClosesTwice)).await;
    let history = execution.expect("known").history;
    let closes = history
        .iter()
        .filter(|event| event.kind == "WorkflowExecutionCompleted");
    assert_eq!(closes.count(), 2);

    let (_, _, execution) = run(with(Defect::MisreportsStatus)).await;
    let execution = execution.expect("known");
    assert_eq!(
        (execution.status, execution.history.len()),
        (Status::Running, 11)
    );

    let (started, _, execution) = run(with(Defect::RunsTwice)).await;
    assert_ne!(execution.expect("known").key, started);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_times_out_during_a_freeze_still_makes_a_run() {
    let frontend = Frontend::new(Model {
        freezes: vec![Window {
            from: Duration::ZERO,
            until: DEADLINE * 2,
        }],
        ..Model::default()
    });
    let outcome = start(&frontend, "first").await;
    assert!(matches!(outcome, Answer::Info(error) if error.code == "Cancelled"));
    let close = await_result(&frontend, key(""), DEADLINE * 2).await;
    assert!(close.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_outage_refuses_connections_and_does_not_stop_workflows() {
    let outage = Window {
        from: Duration::from_millis(5),
        until: Duration::from_secs(1),
    };
    let frontend = Frontend::new(Model {
        outages: vec![outage],
        ..Model::default()
    });
    let started = started(&frontend).await;
    tokio::time::advance(Duration::from_millis(5)).await;
    let outcome = start(&frontend, "other").await;
    assert!(matches!(outcome, Answer::Info(error) if error.code == "Unavailable"));
    assert!(frontend.execution(started.clone(), DEADLINE).await.is_err());
    let close = await_result(&frontend, started, DEADLINE).await;
    assert!(close.is_ok(), "the client waits until the outage is over");
    assert_eq!(frontend.now(), outage.until);
}

#[tokio::test(start_paused = true)]
async fn a_running_workflow_answers_messages_and_a_closed_one_does_not() {
    let frontend = Frontend::new(Model::default());
    let started = started(&frontend).await;
    let message = || Message {
        id: "hello/1".to_owned(),
        name: "add".to_owned(),
        input: vec![json!(5)],
    };
    let ops = || {
        let key = started.clone();
        [
            Op::Signal(key.clone(), message()),
            Op::Query(key.clone(), message()),
            Op::Update(key, message()),
        ]
    };
    let mut replies = Vec::new();
    for op in ops() {
        replies.push(frontend.call(op, DEADLINE).await.into_result());
    }
    let five = Reply::Returned {
        result: Some(json!(5)),
    };
    assert_eq!(replies, [Ok(Reply::Done), Ok(five.clone()), Ok(five)]);
    let closed = await_result(&frontend, started.clone(), DEADLINE).await;
    assert!(closed.is_ok());
    for op in ops() {
        let answer = frontend.call(op, DEADLINE).await;
        assert!(matches!(answer, Answer::Fail(error) if error.code == "NotFound"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_workflow_can_be_ended_from_outside() {
    for (status, event) in [
        (Status::Canceled, "WorkflowExecutionCanceled"),
        (Status::Terminated, "WorkflowExecutionTerminated"),
    ] {
        let frontend = Frontend::new(Model::default());
        let execution = started(&frontend).await;
        let op = match status {
            Status::Canceled => Op::Cancel {
                execution: execution.clone(),
                request_id: "cancel".to_owned(),
            },
            _ => Op::Terminate {
                execution: execution.clone(),
                reason: "test".to_owned(),
            },
        };
        let waiting = await_result(&frontend, execution.clone(), DEADLINE);
        let ending = frontend.call(op, DEADLINE);
        let (close, ended) = tokio::join!(waiting, ending);
        assert_eq!(ended, Answer::Ok(Reply::Done));
        let close = close.expect("it closed");
        assert_eq!((close.status, close.result), (status, None));
        assert_eq!(
            frontend.now(),
            Duration::from_millis(4),
            "nobody waits any longer"
        );
        let read = frontend.execution(execution, DEADLINE).await;
        let read = read.expect("reachable").expect("known");
        assert_eq!((read.status, read.result), (status, None));
        assert_eq!(read.history.last().expect("events").kind, event);
    }
}
