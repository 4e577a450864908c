//! The record of one call of a client.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use temporal::{Answer, OpKind, Reply};

use super::Unsent;

/// One call that was sent, or that was due and not sent.
///
/// All times are offsets from the start of the run, on the run's monotonic clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Call {
    pub op: OpKind,
    /// When it was due; latency is measured from here. A call that needs the answer to an earlier call
    /// is due when that answer arrives.
    #[serde(rename = "intended-ms", with = "crate::offset")]
    pub intended: Duration,
    /// `None` if it was not sent.
    #[serde(rename = "sent-ms", with = "crate::offset::option")]
    pub sent: Option<Duration>,
    /// When the answer arrived or the client gave up. If it was not sent: when the generator reached
    /// it.
    #[serde(rename = "answered-ms", with = "crate::offset")]
    pub answered: Duration,
    pub outcome: Outcome,
}

impl Call {
    /// The run that the server acknowledged; `None` unless this is an acknowledged start.
    pub fn run_id(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Ok(Reply::Started { run_id }) => Some(run_id),
            _ => None,
        }
    }
}

/// The outcome of a call as its client saw it: an [`Answer`], or that the call was not sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The server carried it out.
    Ok(Reply),
    /// The server refused it: it was certainly not carried out.
    Fail(Failure),
    /// There was no clear answer: the server may have carried it out, or may do so later.
    Info(Failure),
    NotSent(Unsent),
}

/// Why a call has no successful answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The name of the gRPC status code, or [`Failure::INTERRUPTED`].
    pub code: String,
    pub message: String,
}

impl Failure {
    /// The code of a call that was under way when the run was interrupted.
    pub const INTERRUPTED: &str = "Interrupted";

    /// Whether the client stopped waiting, so that the call took longer than the measured time. A
    /// client can also see its own deadline as a cancelled stream.
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
