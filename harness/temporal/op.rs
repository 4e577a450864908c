//! The calls of a client, and their answers.

use serde::{Deserialize, Serialize};

use super::{Close, Error, ExecutionKey, Start};

/// One call of a client, with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Start a workflow.
    Start(Start),
    /// Wait until an execution closes. Polls again after connection errors, until the deadline.
    AwaitResult(ExecutionKey),
}

/// The kind of an [`Op`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpKind {
    Start,
    AwaitResult,
}

impl Op {
    pub fn kind(&self) -> OpKind {
        match self {
            Self::Start(_) => OpKind::Start,
            Self::AwaitResult(_) => OpKind::AwaitResult,
        }
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
