//! One call of a client, as it is recorded.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use temporal::{Answer, OpKind, Reply};

use super::Unsent;

/// One call, or one that was due and was not sent.
///
/// All times are offsets from the start of the run, on its one monotonic clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Call {
    pub op: OpKind,
    /// When it was due; latency counts from here. A call that needs the answer to another one is due
    /// when that answer comes.
    #[serde(rename = "intended-ms", with = "crate::offset")]
    pub intended: Duration,
    /// When it was sent; `None` if it never was.
    #[serde(rename = "sent-ms", with = "crate::offset::option")]
    pub sent: Option<Duration>,
    /// When the answer came or the client gave up. Of a call that was not sent: when the generator
    /// came to it.
    #[serde(rename = "answered-ms", with = "crate::offset")]
    pub answered: Duration,
    pub outcome: Outcome,
}

/// What came of a call, as its client saw it: [`Answer`] and the calls that were never sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The server did it.
    Ok(Reply),
    /// The server refused: it certainly did not do it.
    Fail(Failure),
    /// There was no clear answer: the server may have done it, or may do it later.
    Info(Failure),
    /// It was never sent.
    NotSent(Unsent),
}

/// Why a call did not give what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// gRPC status code by its name, or [`Failure::INTERRUPTED`]: the class of the error.
    pub code: String,
    /// The words that came with it.
    pub message: String,
}

impl Failure {
    /// The code of a call that was under way when the run was interrupted.
    pub const INTERRUPTED: &str = "Interrupted";

    /// Whether the client stopped waiting, so that the call took longer than what was measured. A
    /// client may also see its own deadline as a cancelled stream.
    pub fn is_given_up(&self) -> bool {
        matches!(
            self.code.as_str(),
            "DeadlineExceeded" | "Cancelled" | Self::INTERRUPTED
        )
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Ok(reply) => Self::Ok(reply),
            Answer::Fail(error) => Self::Fail(error.into()),
            Answer::Info(error) => Self::Info(error.into()),
        }
    }
}

impl From<temporal::Error> for Failure {
    fn from(error: temporal::Error) -> Self {
        Self {
            code: error.code,
            message: error.message,
        }
    }
}
