//! What became of one arrival: the record from which everything about load is computed.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::{Close, OpKind, Reply, Status};

use super::unsent::Cause;
use super::{Call, Failure, Outcome, Unsent};

/// One arrival of a workload: a workflow that was started, or was due to be, and the calls of its
/// client.
///
/// Every sequence number that a workload reached has exactly one record; consecutive arrivals that
/// were not sent share one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Iteration {
    /// The workload it belongs to.
    pub workload: String,
    /// Its number in the workload, from 0.
    pub sequence: u64,
    /// The phase in which it was due.
    pub phase: String,
    /// Workflow id, known even if the workflow was never started.
    pub workflow_id: String,
    /// The result that the workflow must have, where the workload says. `null` is a result like any
    /// other.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub expected: Option<Value>,
    /// The call that starts the workflow.
    pub start: Call,
    /// The calls after it, in the order in which they were made; none unless the start was
    /// acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Call>,
}

/// What became of a workflow, as its client saw it; what really happened is in the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WorkflowOutcome<'a> {
    /// Never started: as many as allowed were in flight.
    Dropped(&'a Unsent),
    /// Never started: the load had ended before the generator came to it.
    NotSent(&'a Unsent),
    /// The server refused the start: there is no such run.
    Refused(&'a Failure),
    /// The start had no clear answer: there may be such a run, now or later.
    Unknown(&'a Failure),
    /// The start was acknowledged, and the close seen.
    Closed(&'a Close),
    /// The start was acknowledged, and the close not seen in time.
    Open,
}

impl Iteration {
    /// What became of its workflow.
    pub fn outcome(&self) -> WorkflowOutcome<'_> {
        match &self.start.outcome {
            Outcome::NotSent(unsent) => match unsent.cause {
                Cause::MaxInFlight => WorkflowOutcome::Dropped(unsent),
                Cause::LoadEnded => WorkflowOutcome::NotSent(unsent),
            },
            Outcome::Fail(failure) => WorkflowOutcome::Refused(failure),
            Outcome::Info(failure) => WorkflowOutcome::Unknown(failure),
            Outcome::Ok(_) => self
                .close()
                .map_or(WorkflowOutcome::Open, WorkflowOutcome::Closed),
        }
    }

    fn close(&self) -> Option<&Close> {
        self.steps.iter().find_map(|step| match &step.outcome {
            Outcome::Ok(Reply::Closed(close)) if step.op == OpKind::AwaitResult => Some(close),
            _ => None,
        })
    }

    /// When it was due; latency counts from here.
    pub fn intended(&self) -> Duration {
        self.start.intended
    }

    /// When the start was sent; `None` if it never was.
    pub fn started(&self) -> Option<Duration> {
        self.start.sent
    }

    /// When the server acknowledged the start; `None` if it did not.
    pub fn acknowledged(&self) -> Option<Duration> {
        matches!(self.start.outcome, Outcome::Ok(_)).then_some(self.start.answered)
    }

    /// When its outcome was known, or given up on. Where it was not sent: when the generator came to
    /// it.
    pub fn ended(&self) -> Duration {
        self.steps.last().unwrap_or(&self.start).answered
    }

    /// Run id; `None` unless the start was acknowledged.
    pub fn run_id(&self) -> Option<&str> {
        match &self.start.outcome {
            Outcome::Ok(Reply::Started { run_id }) => Some(run_id),
            _ => None,
        }
    }

    /// The arrivals that were not sent; `None` where one was.
    pub fn unsent(&self) -> Option<&Unsent> {
        match &self.start.outcome {
            Outcome::NotSent(unsent) => Some(unsent),
            Outcome::Ok(_) | Outcome::Fail(_) | Outcome::Info(_) => None,
        }
    }

    /// Whether it was sent and then not waited for to its end, so that it took longer than what
    /// was measured: how long is not known.
    pub fn is_given_up(&self) -> bool {
        match self.outcome() {
            WorkflowOutcome::Open => true,
            WorkflowOutcome::Unknown(failure) => failure.is_given_up(),
            WorkflowOutcome::Dropped(_)
            | WorkflowOutcome::NotSent(_)
            | WorkflowOutcome::Refused(_)
            | WorkflowOutcome::Closed(_) => false,
        }
    }

    /// Whether the workflow was seen to close as completed.
    pub fn is_completed(&self) -> bool {
        matches!(self.outcome(), WorkflowOutcome::Closed(close) if close.status == Status::Completed)
    }

    /// Whether its workflow exists or may exist, so that it has to be read back.
    pub fn may_exist(&self) -> bool {
        match self.outcome() {
            WorkflowOutcome::Dropped(_)
            | WorkflowOutcome::NotSent(_)
            | WorkflowOutcome::Refused(_) => false,
            WorkflowOutcome::Unknown(_) | WorkflowOutcome::Closed(_) | WorkflowOutcome::Open => {
                true
            }
        }
    }

    /// Whether its workflow may be running for all that its client knows.
    pub fn may_be_open(&self) -> bool {
        matches!(
            self.outcome(),
            WorkflowOutcome::Open | WorkflowOutcome::Unknown(_)
        )
    }

    /// How long a user waited who came when it was due: from the intended start to the end. One that
    /// was given up on took longer than this.
    pub fn latency(&self) -> Duration {
        self.ended().saturating_sub(self.intended())
    }

    /// How long it took from when the start was sent; `None` if it never was.
    pub fn service_time(&self) -> Option<Duration> {
        Some(self.ended().saturating_sub(self.started()?))
    }

    /// How late the generator itself was with what it sent or dropped. What it did not come to in
    /// time was later than this.
    pub fn generator_delay(&self) -> Duration {
        let due = match self.outcome() {
            WorkflowOutcome::NotSent(unsent) => unsent.last_intended,
            _ => self.intended(),
        };
        self.started().unwrap_or(self.ended()).saturating_sub(due)
    }

    /// How long the server took to acknowledge the start; `None` if it did not.
    pub fn start_latency(&self) -> Option<Duration> {
        Some(self.acknowledged()?.saturating_sub(self.started()?))
    }

    /// How many arrivals it stands for.
    pub fn arrivals(&self) -> u64 {
        self.unsent().map_or(1, |unsent| unsent.arrivals)
    }

    /// How many arrivals it stands for, of those that were due within `window`: several only where
    /// none was sent.
    pub fn arrivals_within(&self, window: &Range<Duration>) -> u64 {
        match self.unsent() {
            Some(unsent) => unsent.within(self.intended(), window),
            None => u64::from(window.contains(&self.intended())),
        }
    }
}
