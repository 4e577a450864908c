//! The calls of a client, and their answers.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Close, Error, ExecutionKey, Message, Start, present};

/// One call of a client, with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Start a workflow.
    Start(Start),
    /// Send a signal to a workflow, which is started if none with its id is running.
    SignalWithStart(Start, Message),
    /// Wait until an execution closes. Polls again after connection errors, until the deadline.
    AwaitResult(ExecutionKey),
    /// Send a signal. Done when the server has accepted it.
    Signal(ExecutionKey, Message),
    /// Ask a question that changes nothing.
    Query(ExecutionKey, Message),
    /// Send an update, and wait until its handler has ended.
    Update(ExecutionKey, Message),
    /// Ask a workflow to cancel itself.
    Cancel {
        execution: ExecutionKey,
        /// Idempotency key.
        request_id: String,
    },
    /// Close a workflow at once.
    Terminate {
        execution: ExecutionKey,
        reason: String,
    },
}

/// The kind of an [`Op`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OpKind {
    Start,
    SignalWithStart,
    AwaitResult,
    Signal,
    Query,
    Update,
    Cancel,
    Terminate,
}

impl Op {
    pub fn kind(&self) -> OpKind {
        match self {
            Self::Start(_) => OpKind::Start,
            Self::SignalWithStart(..) => OpKind::SignalWithStart,
            Self::AwaitResult(_) => OpKind::AwaitResult,
            Self::Signal(..) => OpKind::Signal,
            Self::Query(..) => OpKind::Query,
            Self::Update(..) => OpKind::Update,
            Self::Cancel { .. } => OpKind::Cancel,
            Self::Terminate { .. } => OpKind::Terminate,
        }
    }
}

impl OpKind {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::SignalWithStart => "signal-with-start",
            Self::AwaitResult => "await-result",
            Self::Signal => "signal",
            Self::Query => "query",
            Self::Update => "update",
            Self::Cancel => "cancel",
            Self::Terminate => "terminate",
        }
    }
}

impl fmt::Display for OpKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The answer to a call, in the three classes of
/// [Jepsen's histories](https://github.com/jepsen-io/jepsen/blob/main/doc/tutorial/02-db.md): ok,
/// fail, info.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The server carried it out.
    Ok(Reply),
    /// The server refused it: it was certainly not carried out.
    Fail(Error),
    /// No answer, or an unclear one: the server may have carried it out, or may do so later.
    Info(Error),
}

/// The server's reply to a call that it carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Reply {
    /// The server acknowledged the start of this run.
    Started {
        run_id: String,
    },
    Closed(Close),
    /// The server accepted a signal, a cancellation request or a termination.
    Done,
    /// The result of a query or of an update, if it has one.
    Returned {
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "present"
        )]
        result: Option<Value>,
    },
    /// The workflow rejected an update or a query, or its handler failed.
    Failed {
        failure: String,
    },
}

impl Answer {
    pub fn into_result(self) -> Result<Reply, Error> {
        match self {
            Self::Ok(reply) => Ok(reply),
            Self::Fail(error) | Self::Info(error) => Err(error),
        }
    }
}

impl From<Result<Reply, Error>> for Answer {
    fn from(result: Result<Reply, Error>) -> Self {
        match result {
            Ok(reply) => Self::Ok(reply),
            Err(error) if error.is_refusal() => Self::Fail(error),
            Err(error) => Self::Info(error),
        }
    }
}
