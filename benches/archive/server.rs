//! A frontend without state: it derives the data of a workflow from the workflow id.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use temporal::{
    Answer, Close, Cluster, Error, Execution, ExecutionKey, Frontend, HistoryEvent, Op, Pending,
    Reply, Status,
};
use tokio::time::sleep;

/// The latency of a start and of a read.
const LATENCY: Duration = Duration::from_millis(2);
/// From the acknowledgement of a start to the close.
const RUN_TIME: Duration = Duration::from_millis(40);

/// The history of a workflow with one activity.
const EVENTS: [&str; 11] = [
    "WorkflowExecutionStarted",
    "WorkflowTaskScheduled",
    "WorkflowTaskStarted",
    "WorkflowTaskCompleted",
    "ActivityTaskScheduled",
    "ActivityTaskStarted",
    "ActivityTaskCompleted",
    "WorkflowTaskScheduled",
    "WorkflowTaskStarted",
    "WorkflowTaskCompleted",
    "WorkflowExecutionCompleted",
];

/// A frontend without state.
#[derive(Debug, Clone)]
pub(crate) struct Stateless;

fn run_of(workflow_id: &str) -> String {
    format!("00000000-0000-4000-8000-{workflow_id:0>36}")
}

fn close() -> Close {
    Close {
        status: Status::Completed,
        result: Some(json!("Hello Guest!")),
        failure: None,
    }
}

impl Frontend for Stateless {
    async fn call(&self, op: Op, _: Duration) -> Answer {
        Answer::Ok(match op {
            Op::Start(start) => {
                sleep(LATENCY).await;
                Reply::Started {
                    run_id: run_of(&start.workflow_id),
                }
            }
            Op::AwaitResult(_) => {
                sleep(RUN_TIME).await;
                Reply::Closed(close())
            }
            op => unreachable!("the workload makes no call {}", op.kind()),
        })
    }

    async fn execution(&self, key: ExecutionKey, _: Duration) -> Result<Option<Execution>, Error> {
        sleep(LATENCY).await;
        let event = |(id, kind): (i64, &str)| HistoryEvent {
            id,
            kind: kind.to_owned(),
            at: Timestamp::UNIX_EPOCH + SignedDuration::from_micros(id * 1_234_567),
            failure: None,
        };
        let run_id = run_of(&key.workflow_id);
        Ok(Some(Execution {
            key: ExecutionKey { run_id, ..key },
            first_run_id: None,
            status: Status::Completed,
            history: (1..).zip(EVENTS).map(event).collect(),
            result: close().result,
            failure: None,
            pending: Pending::default(),
        }))
    }

    async fn cluster(&self, _: Duration) -> Result<Cluster, Error> {
        unreachable!("a run does not make this call")
    }

    async fn retention(&self, _: String, _: Duration) -> Result<Option<Duration>, Error> {
        unreachable!("a run does not make this call")
    }
}
