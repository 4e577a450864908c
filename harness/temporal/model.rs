//! The types that pass between the harness and a Temporal frontend.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Op, Pending};

/// A request to start a workflow of any type.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Workflow id.
    pub workflow_id: String,
    /// Idempotency key: the server answers a repeated start with the same run.
    pub request_id: String,
    /// Workflow type.
    pub workflow_type: String,
    /// Task queue on which a worker for that type polls.
    pub task_queue: String,
    /// Arguments, each one JSON payload.
    pub input: Vec<Value>,
}

/// One run of one workflow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExecutionKey {
    /// Workflow id.
    pub workflow_id: String,
    /// Run id; empty means the latest.
    pub run_id: String,
}

/// Status of an execution, in Temporal's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not closed yet.
    Running,
    /// Closed with a result.
    Completed,
    /// Closed with a failure.
    Failed,
    /// Closed on request, in its own time.
    Canceled,
    /// Closed by force.
    Terminated,
    /// Closed in favour of a new run.
    ContinuedAsNew,
    /// Closed by a timeout.
    TimedOut,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Terminated => "terminated",
            Self::ContinuedAsNew => "continued as new",
            Self::TimedOut => "timed out",
        })
    }
}

/// A result that is there, be it `null`: serde would read that as none.
pub fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// How an execution closed, as the client that waited for it learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Close {
    /// Its status; never `Running`.
    pub status: Status,
    /// Its result, if it completed with one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub result: Option<Value>,
    /// Its failure message, if it did not complete.
    pub failure: Option<String>,
}

/// An execution as Describe and its history show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Which run.
    pub key: ExecutionKey,
    /// Status as Describe has it.
    pub status: Status,
    /// The whole history, in the order in which the server sent it.
    pub history: Vec<HistoryEvent>,
    /// Result in the closing event, if it has one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub result: Option<Value>,
    /// Failure message in the closing event, if it has one.
    pub failure: Option<String>,
    /// What it waits for, while it runs.
    #[serde(default, skip_serializing_if = "Pending::is_empty")]
    pub pending: Pending,
}

/// One event of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEvent {
    /// Event id; 1 is the first.
    pub id: i64,
    /// Type without its prefix: `WorkflowExecutionStarted`, `ActivityTaskCompleted`.
    pub kind: String,
    /// Server time.
    pub at: Timestamp,
    /// What went wrong by it, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What a cluster says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    /// Version of the server that answered, such as `1.32.0`.
    pub server_version: String,
    /// Number of history shards.
    pub history_shards: u32,
    /// What the default store is kept in, such as `mysql8`.
    pub persistence_store: String,
    /// What the visibility store is kept in.
    pub visibility_store: String,
}

/// A call to the frontend that did not give what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct Error {
    /// What was asked, such as `start workflow`.
    pub operation: &'static str,
    /// gRPC status code by its name, such as `Unavailable`.
    pub code: String,
    /// The server's or the transport's words.
    pub message: String,
}

/// A Temporal frontend. Every call gives up at its deadline and none retries by itself: the
/// generator must not measure its own retries.
pub trait Frontend: Clone + Send + Sync + 'static {
    /// Makes one call.
    fn call(&self, op: Op, deadline: Duration) -> impl Future<Output = Answer> + Send;

    /// Reads an execution by Describe and its whole history; `None` if there is none of that id.
    fn execution(
        &self,
        key: ExecutionKey,
        deadline: Duration,
    ) -> impl Future<Output = Result<Option<Execution>, Error>> + Send;

    /// What the cluster says of itself.
    fn cluster(&self, deadline: Duration) -> impl Future<Output = Result<Cluster, Error>> + Send;

    /// How long a namespace keeps closed workflows; `None` if there is no such namespace.
    fn retention(
        &self,
        namespace: String,
        deadline: Duration,
    ) -> impl Future<Output = Result<Option<Duration>, Error>> + Send;
}
