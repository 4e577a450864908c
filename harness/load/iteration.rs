//! The record of one arrival. All load statistics are computed from these records.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::{Close, OpKind, Reply, Status};

use super::unsent::Cause;
use super::{Call, Failure, Outcome, Unsent};

/// One arrival of a workload: the workflow that was started, or should have been, and the client's
/// calls.
///
/// Every sequence number that a workload reached is in exactly one record. Consecutive arrivals that
/// were not sent share a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Iteration {
    pub workload: String,
    /// Its number in the workload, from 0.
    pub sequence: u64,
    /// The name of its flow; `None` if it was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// The phase in which it was due.
    pub phase: String,
    /// Also set if the workflow was never started.
    pub workflow_id: String,
    /// The result that the workflow must have; `None` if the workload does not expect one. `null` is
    /// a result.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub expected: Option<Value>,
    /// How the workflow must close; `None` if it should complete, and nobody insists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The call that starts the workflow.
    pub start: Call,
    /// The later calls, in the order in which they were made; empty unless the start was
    /// acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Call>,
    /// Whether the client did not make all its calls: one was not carried out, or there was no time
    /// left. The workflow may wait for them for ever, so it is terminated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

/// The outcome of a workflow as its client saw it. The workflow's history has the actual outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WorkflowOutcome<'a> {
    /// Never started: the maximum number of workflows was in flight.
    Dropped(&'a Unsent),
    /// Never started: the generator reached it too late.
    NotSent(&'a Unsent),
    /// Never started: a template could not be filled for it.
    NotMade(&'a Unsent),
    /// The server refused the start: the run does not exist.
    Refused(&'a Failure),
    /// The start had no clear answer: the run may exist, now or later.
    Unknown(&'a Failure),
    /// The start was acknowledged, and the client saw the close.
    Closed(&'a Close),
    /// The start was acknowledged, this later call was not carried out, and the client terminates the
    /// workflow.
    Abandoned(&'a Call),
    /// The start was acknowledged, and the client did not see the close.
    Open,
}

impl Iteration {
    /// The outcome of its workflow, derived from the calls.
    pub fn outcome(&self) -> WorkflowOutcome<'_> {
        match &self.start.outcome {
            Outcome::NotSent(unsent) => match unsent.cause {
                Cause::MaxInFlight => WorkflowOutcome::Dropped(unsent),
                Cause::LoadEnded | Cause::RateLimit => WorkflowOutcome::NotSent(unsent),
                Cause::Template => WorkflowOutcome::NotMade(unsent),
            },
            Outcome::Fail(failure) => WorkflowOutcome::Refused(failure),
            Outcome::Info(failure) => WorkflowOutcome::Unknown(failure),
            Outcome::Ok(_) => match (self.undone(), self.close()) {
                (Some(call), _) => WorkflowOutcome::Abandoned(call),
                (None, Some(close)) => WorkflowOutcome::Closed(close),
                (None, None) => WorkflowOutcome::Open,
            },
        }
    }

    /// The step that was not carried out. The wait for the close is no step.
    fn undone(&self) -> Option<&Call> {
        let mut steps = self.steps.iter();
        steps.find(|step| step.op != OpKind::AwaitResult && !step.is_done())
    }

    fn close(&self) -> Option<&Close> {
        self.steps.iter().find_map(|step| match &step.outcome {
            Outcome::Ok(Reply::Closed(close)) if step.op == OpKind::AwaitResult => Some(close),
            _ => None,
        })
    }

    /// When it was due; latency is measured from here.
    pub fn intended(&self) -> Duration {
        self.start.intended
    }

    /// When the start was sent; `None` if it was not sent.
    pub fn started(&self) -> Option<Duration> {
        self.start.sent
    }

    /// When the server acknowledged the start; `None` if it did not.
    pub fn acknowledged(&self) -> Option<Duration> {
        matches!(self.start.outcome, Outcome::Ok(_)).then_some(self.start.answered)
    }

    /// When the outcome was known, or the client gave up. If it was not sent: when the generator
    /// reached it.
    pub fn ended(&self) -> Duration {
        self.steps.last().unwrap_or(&self.start).answered
    }

    /// `None` unless the start was acknowledged.
    pub fn run_id(&self) -> Option<&str> {
        self.start.run_id()
    }

    /// The arrivals that were not sent; `None` if the start was sent.
    pub fn unsent(&self) -> Option<&Unsent> {
        match &self.start.outcome {
            Outcome::NotSent(unsent) => Some(unsent),
            Outcome::Ok(_) | Outcome::Fail(_) | Outcome::Info(_) => None,
        }
    }

    /// Whether the client stopped waiting for it. It took longer than the measured time, by an
    /// unknown amount.
    pub fn is_given_up(&self) -> bool {
        match self.outcome() {
            WorkflowOutcome::Open => true,
            WorkflowOutcome::Unknown(failure) => failure.is_given_up(),
            WorkflowOutcome::Abandoned(call) => call.is_given_up(),
            WorkflowOutcome::Dropped(_)
            | WorkflowOutcome::NotSent(_)
            | WorkflowOutcome::NotMade(_)
            | WorkflowOutcome::Refused(_)
            | WorkflowOutcome::Closed(_) => false,
        }
    }

    /// Whether the client saw the workflow close as it should.
    pub fn is_completed(&self) -> bool {
        let right = self.right_status();
        matches!(self.outcome(), WorkflowOutcome::Closed(close) if close.status == right)
    }

    /// How the workflow should close.
    pub fn right_status(&self) -> Status {
        self.status.unwrap_or(Status::Completed)
    }

    /// Whether its workflow exists or may exist, and so must be read back.
    pub fn may_exist(&self) -> bool {
        match self.outcome() {
            WorkflowOutcome::Dropped(_)
            | WorkflowOutcome::NotSent(_)
            | WorkflowOutcome::NotMade(_)
            | WorkflowOutcome::Refused(_) => false,
            WorkflowOutcome::Unknown(_)
            | WorkflowOutcome::Closed(_)
            | WorkflowOutcome::Abandoned(_)
            | WorkflowOutcome::Open => true,
        }
    }

    /// Whether its workflow may still be running, as far as the client knows.
    pub fn may_be_open(&self) -> bool {
        matches!(
            self.outcome(),
            WorkflowOutcome::Open | WorkflowOutcome::Unknown(_) | WorkflowOutcome::Abandoned(_)
        )
    }

    /// How long a user waited: from the intended start to the end. If the client gave up, this is a
    /// lower bound.
    pub fn latency(&self) -> Duration {
        self.ended().saturating_sub(self.intended())
    }

    /// How long it took from the sent start to the end; `None` if it was not sent.
    pub fn service_time(&self) -> Option<Duration> {
        Some(self.ended().saturating_sub(self.started()?))
    }

    /// How late the generator was when it sent or dropped the arrival. For an arrival that it reached
    /// after the load had ended, this is a lower bound.
    pub fn generator_delay(&self) -> Duration {
        let due = match self.outcome() {
            WorkflowOutcome::NotSent(unsent) => unsent.last_intended,
            _ => self.intended(),
        };
        self.started().unwrap_or(self.ended()).saturating_sub(due)
    }

    /// How long the server took to acknowledge the start; `None` without an acknowledgement.
    pub fn start_latency(&self) -> Option<Duration> {
        Some(self.acknowledged()?.saturating_sub(self.started()?))
    }

    /// How many arrivals this record covers: more than one only if they were not sent.
    pub fn arrivals(&self) -> u64 {
        self.unsent().map_or(1, |unsent| unsent.arrivals)
    }

    /// How many of its arrivals were due within `window`.
    pub fn arrivals_within(&self, window: &Range<Duration>) -> u64 {
        match self.unsent() {
            Some(unsent) => unsent.within(self.intended(), window),
            None => u64::from(window.contains(&self.intended())),
        }
    }
}
