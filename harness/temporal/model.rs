//! The types of requests to a Temporal frontend and of its answers.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Op, Pending};

/// A request to start a workflow of any type.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Start {
    pub workflow_id: String,
    /// Idempotency key: the server answers a repeated start with the same run.
    pub request_id: String,
    pub workflow_type: String,
    /// The task queue that workers for this type poll.
    pub task_queue: String,
    /// Arguments, each one JSON payload.
    pub input: Vec<Value>,
    /// Values that are shown with the workflow.
    pub memo: BTreeMap<String, Value>,
    /// Values by which workflows can be found. The namespace must know their names.
    pub search_attributes: BTreeMap<String, Value>,
}

/// A signal, a query or an update.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Idempotency key of a signal or an update: the server carries a repeated one out once.
    pub id: String,
    /// The name of the signal or the update, or the query type.
    pub name: String,
    /// Arguments, each one JSON payload.
    pub input: Vec<Value>,
}

/// One run of one workflow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExecutionKey {
    pub workflow_id: String,
    /// Empty means the latest run.
    pub run_id: String,
}

/// The status of an execution, in Temporal's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Not closed yet.
    Running,
    /// Closed with a result.
    Completed,
    /// Closed with a failure.
    Failed,
    /// Closed after a cancellation request, which the workflow handled itself.
    Canceled,
    /// Closed at once from outside; the workflow could not react.
    Terminated,
    /// Closed and continued by a new run.
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

/// Deserialises a result that is present, so that `null` becomes `Some(Value::Null)`. Serde alone
/// reads `null` as `None`.
pub fn present<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// How an execution closed, as the waiting client saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Close {
    /// Never `Running`.
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

/// An execution, from Describe and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    pub key: ExecutionKey,
    /// The first run of the chain if this run is a later one: after continue-as-new, or a retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_run_id: Option<String>,
    /// The status from Describe.
    pub status: Status,
    /// The whole history, in the order in which the server sent it.
    pub history: Vec<HistoryEvent>,
    /// The result in the closing event, if there is one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub result: Option<Value>,
    /// The failure message in the closing event, if there is one.
    pub failure: Option<String>,
    /// What it waits for while it runs.
    #[serde(default, skip_serializing_if = "Pending::is_empty")]
    pub pending: Pending,
}

/// One event of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEvent {
    /// Event ids begin at 1.
    pub id: i64,
    /// The event type without its prefix, such as `ActivityTaskCompleted`.
    pub kind: String,
    /// By the server's clock.
    pub at: Timestamp,
    /// The failure in this event, as one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What a cluster reports about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cluster {
    /// The version of the server that answered, such as `1.32.0`.
    pub server_version: String,
    /// The number of history shards.
    pub history_shards: u32,
    /// The database plugin of the default store, such as `mysql8`.
    pub persistence_store: String,
    /// The database plugin of the visibility store.
    pub visibility_store: String,
}

/// A call to the frontend failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct Error {
    /// The call, such as `start workflow`.
    pub operation: &'static str,
    /// The name of the gRPC status code, such as `Unavailable`.
    pub code: String,
    /// The message from the server or the transport.
    pub message: String,
}

/// A Temporal frontend. Every method gives up at its deadline.
pub trait Frontend: Clone + Send + Sync + 'static {
    /// Makes one call of a load generator. Only the wait for a close is repeated after an error, so
    /// that the generator does not measure its own retries.
    fn call(&self, op: Op, deadline: Duration) -> impl Future<Output = Answer> + Send;

    /// Reads an execution: Describe and the whole history. `None` if there is no such execution.
    fn execution(
        &self,
        key: ExecutionKey,
        deadline: Duration,
    ) -> impl Future<Output = Result<Option<Execution>, Error>> + Send;

    /// What the cluster reports about itself.
    fn cluster(&self, deadline: Duration) -> impl Future<Output = Result<Cluster, Error>> + Send;

    /// How long a namespace keeps closed workflows. `None` if there is no such namespace.
    fn retention(
        &self,
        namespace: String,
        deadline: Duration,
    ) -> impl Future<Output = Result<Option<Duration>, Error>> + Send;
}
