//! What a client can have a frontend do, and what comes of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Close, Error, ExecutionKey, Start};

/// One call of a client, with all that the server has to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Start a workflow.
    Start(Start),
    /// Wait until an execution closes. Connection errors within the deadline are waited out.
    AwaitResult(ExecutionKey),
}

/// The kind of an [`Op`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpKind {
    /// Start a workflow.
    Start,
    /// Wait until an execution closes.
    AwaitResult,
}

impl Op {
    /// Its kind.
    pub fn kind(&self) -> OpKind {
        match self {
            Self::Start(_) => OpKind::Start,
            Self::AwaitResult(_) => OpKind::AwaitResult,
        }
    }
}

impl fmt::Display for OpKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Start => "start workflow",
            Self::AwaitResult => "await result",
        })
    }
}

/// What came of a call, in the three classes of
/// [Jepsen's histories](https://github.com/jepsen-io/jepsen/blob/main/doc/tutorial/02-db.md): ok,
/// fail, info.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The server did it.
    Ok(Reply),
    /// The server refused: it certainly did not do it.
    Fail(Error),
    /// No answer, or one that leaves it open: the server may have done it, or may do it later.
    Info(Error),
}

/// What the server says of a call that it carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Reply {
    /// It acknowledged this run.
    Started {
        /// Run id.
        run_id: String,
    },
    /// The execution closed.
    Closed(Close),
}

impl Answer {
    /// The reply, or why there is none.
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
