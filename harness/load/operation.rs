//! What became of one arrival: the record from which everything about load is computed.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::{Close, Status};

use super::Unsent;

/// One arrival: a workflow that was, or was to be, started and waited for.
///
/// Every sequence number that a workload reached has exactly one record; consecutive arrivals that
/// were not sent share one. All times are offsets from the start of the run, on its one monotonic
/// clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Operation {
    /// The workload it belongs to.
    pub workload: String,
    /// Its number in the workload, from 0.
    pub sequence: u64,
    /// The phase in which it was intended to start.
    pub phase: String,
    /// Workflow id, known even if it never started.
    pub workflow_id: String,
    /// Run id, if a start was acknowledged.
    pub run_id: Option<String>,
    /// When it was to start; latency counts from here.
    #[serde(rename = "intended-ms", with = "crate::offset")]
    pub intended: Duration,
    /// When the start was sent; `None` if it never was.
    #[serde(rename = "started-ms", with = "crate::offset::option")]
    pub started: Option<Duration>,
    /// When the server acknowledged the start.
    #[serde(rename = "acknowledged-ms", with = "crate::offset::option")]
    pub acknowledged: Option<Duration>,
    /// When its outcome was known, or given up on. Where it was not sent: when the generator came to
    /// it.
    #[serde(rename = "ended-ms", with = "crate::offset")]
    pub ended: Duration,
    /// The result it must have, where the workload says. `null` is a result like any other.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub expected: Option<Value>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an operation, as its client saw it; what really happened is in the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Never sent: as many as allowed were in flight.
    Dropped(Unsent),
    /// Never sent: the load had ended before the generator came to it.
    NotSent(Unsent),
    /// The server refused the start: there is no such run.
    Refused(CallFailure),
    /// The start had no clear answer: there may be such a run, now or later.
    Unknown(CallFailure),
    /// The start was acknowledged, and the close seen.
    Closed(Close),
    /// The start was acknowledged, and the close not seen in time.
    Open(CallFailure),
}

/// A call that did not give what was asked, as it is kept in a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CallFailure {
    /// What was asked, such as `start workflow`.
    pub operation: String,
    /// gRPC status code by its name, or [`CallFailure::INTERRUPTED`]: the class of the error.
    pub code: String,
    /// The words that came with it.
    pub message: String,
}

impl CallFailure {
    /// The code of a call that was under way when the run was interrupted.
    pub const INTERRUPTED: &str = "Interrupted";

    /// Whether the call ran into its deadline, which a client may also see as a cancelled stream.
    pub fn is_timeout(&self) -> bool {
        matches!(self.code.as_str(), "DeadlineExceeded" | "Cancelled")
    }
}

impl Outcome {
    /// The arrivals that were not sent; `None` where one was.
    pub fn unsent(&self) -> Option<&Unsent> {
        match self {
            Self::Dropped(unsent) | Self::NotSent(unsent) => Some(unsent),
            Self::Refused(_) | Self::Unknown(_) | Self::Closed(_) | Self::Open(_) => None,
        }
    }

    /// Whether it was sent and then not waited for to its end, so that it took longer than what
    /// was measured: how long is not known.
    pub fn is_given_up(&self) -> bool {
        match self {
            Self::Open(_) => true,
            Self::Unknown(failure) => {
                failure.is_timeout() || failure.code == CallFailure::INTERRUPTED
            }
            Self::Dropped(_) | Self::NotSent(_) | Self::Refused(_) | Self::Closed(_) => false,
        }
    }

    /// Whether the workflow was seen to close as completed.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Closed(close) if close.status == Status::Completed)
    }
}

impl Operation {
    /// Whether its workflow exists or may exist, so that it has to be read back.
    pub fn may_exist(&self) -> bool {
        match self.outcome {
            Outcome::Dropped(_) | Outcome::NotSent(_) | Outcome::Refused(_) => false,
            Outcome::Unknown(_) | Outcome::Closed(_) | Outcome::Open(_) => true,
        }
    }

    /// Whether its workflow may be running for all that its client knows.
    pub fn may_be_open(&self) -> bool {
        matches!(self.outcome, Outcome::Open(_) | Outcome::Unknown(_))
    }

    /// How long a user waited who came when the operation was due: from the intended start to the
    /// end. One that was given up on took longer than this.
    pub fn latency(&self) -> Duration {
        self.ended.saturating_sub(self.intended)
    }

    /// How long it took from when the start was sent; `None` if it never was.
    pub fn service_time(&self) -> Option<Duration> {
        Some(self.ended.saturating_sub(self.started?))
    }

    /// How late the generator itself was with what it sent or dropped. What it did not come to in
    /// time was later than this.
    pub fn generator_delay(&self) -> Duration {
        match &self.outcome {
            Outcome::NotSent(unsent) => self.ended.saturating_sub(unsent.last_intended),
            _ => self
                .started
                .unwrap_or(self.ended)
                .saturating_sub(self.intended),
        }
    }

    /// How long the server took to acknowledge the start; `None` if it did not.
    pub fn start_latency(&self) -> Option<Duration> {
        Some(self.acknowledged?.saturating_sub(self.started?))
    }

    /// How many arrivals it stands for.
    pub fn arrivals(&self) -> u64 {
        self.outcome.unsent().map_or(1, |unsent| unsent.arrivals)
    }

    /// How many arrivals it stands for, of those that were to start within `window`: several only
    /// where none was sent.
    pub fn arrivals_within(&self, window: &Range<Duration>) -> u64 {
        match self.outcome.unsent() {
            Some(unsent) => unsent.within(self.intended, window),
            None => u64::from(window.contains(&self.intended)),
        }
    }
}

impl From<temporal::Error> for CallFailure {
    fn from(error: temporal::Error) -> Self {
        Self {
            operation: error.operation.to_owned(),
            code: error.code,
            message: error.message,
        }
    }
}
