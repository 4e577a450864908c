//! The record of one call of a client.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::{Answer, OpKind, Reply};

use super::Unsent;

/// One call that was sent, or that was due and not sent.
///
/// All times are offsets from the start of the run, on the run's monotonic clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Call {
    pub op: OpKind,
    /// The name of its signal, query or update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
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
    /// The result that the reply must have; `None` if none is expected. `null` is a result.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub expected: Option<Value>,
}

impl Call {
    /// Whether the server did what was asked. A workflow that rejected an update, or failed in its
    /// handler, did not.
    pub fn is_done(&self) -> bool {
        match &self.outcome {
            Outcome::Ok(reply) => !matches!(reply, Reply::Failed { .. }),
            Outcome::Fail(_) | Outcome::Info(_) | Outcome::NotSent(_) => false,
        }
    }

    /// From when it was due to its answer; `None` if it was not sent. If the client gave up, this is a
    /// lower bound.
    pub fn latency(&self) -> Option<Duration> {
        self.sent?;
        Some(self.answered.saturating_sub(self.intended))
    }

    /// From when it was sent to its answer; `None` if it was not sent.
    pub fn service_time(&self) -> Option<Duration> {
        Some(self.answered.saturating_sub(self.sent?))
    }

    /// Whether the client stopped waiting for the answer.
    pub fn is_given_up(&self) -> bool {
        matches!(&self.outcome, Outcome::Info(failure) if failure.is_given_up())
    }

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
