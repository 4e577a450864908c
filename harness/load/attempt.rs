//! One operation: start a workflow, wait for its close, and record what became of it.

use std::sync::Arc;
use std::time::Duration;

use temporal::{ExecutionKey, Frontend, Start, StartOutcome};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{CallFailure, Operation, Outcome, Request, Run, Workload};

/// What the operations of one workload share.
#[derive(Clone)]
pub(super) struct Lane<F> {
    pub(super) frontend: F,
    pub(super) workload: Arc<Workload>,
    pub(super) run: Arc<Run>,
    /// Cancelled when operations under way are no longer waited for.
    pub(super) give_up: CancellationToken,
}

/// What is still to be found out about an operation when it is sent.
struct Answer {
    run_id: Option<String>,
    acknowledged: Option<Duration>,
    ended: Duration,
    outcome: Outcome,
}

impl<F: Frontend> Lane<F> {
    /// Now, from the start of the run.
    pub(super) fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.run.epoch)
    }

    /// Records arrivals that were never sent, from this one on; `seen` is when the generator came
    /// to it.
    pub(super) fn leave_out(
        &self,
        sequence: u64,
        intended: Duration,
        seen: Duration,
        outcome: Outcome,
    ) {
        let Request { start, expected } = (self.workload.request)(sequence);
        let unsent = Answer {
            run_id: None,
            acknowledged: None,
            ended: seen,
            outcome,
        };
        let id = start.workflow_id;
        self.record(sequence, intended, None, id, expected, unsent);
    }

    /// Carries out one operation from start to close, and records it. Returns whether its workflow
    /// closed.
    pub(super) async fn carry_out(&self, sequence: u64, intended: Duration) -> bool {
        let Request { start, expected } = (self.workload.request)(sequence);
        let workflow_id = start.workflow_id.clone();
        let started = self.now();
        self.run.progress.start(intended);
        let answer = self.start_and_wait(start).await;
        let closed = matches!(answer.outcome, Outcome::Closed(_));
        self.record(
            sequence,
            intended,
            Some(started),
            workflow_id,
            expected,
            answer,
        );
        closed
    }

    async fn start_and_wait(&self, start: Start) -> Answer {
        let workflow_id = start.workflow_id.clone();
        let patience = self.workload.patience;
        let starting = self.frontend.start(start, patience.start);
        let unacknowledged = |outcome| Answer {
            run_id: None,
            acknowledged: None,
            ended: self.now(),
            outcome,
        };
        let run_id = match self.give_up.run_until_cancelled(starting).await {
            Some(StartOutcome::Started { run_id }) => run_id,
            Some(StartOutcome::Refused(error)) => {
                return unacknowledged(Outcome::Refused(error.into()));
            }
            Some(StartOutcome::Unknown(error)) => {
                return unacknowledged(Outcome::Unknown(error.into()));
            }
            None => return unacknowledged(Outcome::Unknown(self.given_up("start workflow"))),
        };
        let acknowledged = Some(self.now());
        let key = ExecutionKey {
            workflow_id,
            run_id: run_id.clone(),
        };
        let closing = self.frontend.wait_for_close(key, patience.close);
        let outcome = match self.give_up.run_until_cancelled(closing).await {
            Some(Ok(close)) => Outcome::Closed(close),
            Some(Err(error)) => Outcome::Open(error.into()),
            None => Outcome::Open(self.given_up("wait for close")),
        };
        Answer {
            run_id: Some(run_id),
            acknowledged,
            ended: self.now(),
            outcome,
        }
    }

    /// Why a call was not waited for to the end: the run was interrupted, or its drain is over.
    fn given_up(&self, operation: &str) -> CallFailure {
        let (code, message) = if self.run.cancel.is_cancelled() {
            (CallFailure::INTERRUPTED, "the run was interrupted")
        } else {
            ("DeadlineExceeded", "still under way when the drain ended")
        };
        CallFailure {
            operation: operation.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    fn record(
        &self,
        sequence: u64,
        intended: Duration,
        started: Option<Duration>,
        workflow_id: String,
        expected: Option<serde_json::Value>,
        answer: Answer,
    ) {
        let phase = self.run.timeline.phase_at(intended);
        let operation = Operation {
            workload: self.workload.name.clone(),
            sequence,
            phase: phase
                .expect("executors intend nothing outside the timeline")
                .name
                .clone(),
            workflow_id,
            run_id: answer.run_id,
            intended,
            started,
            acknowledged: answer.acknowledged,
            ended: answer.ended,
            expected,
            outcome: answer.outcome,
        };
        self.run.progress.end(&operation);
        // A reader that is gone no longer wants records.
        let _ = self.run.records.send(operation);
    }
}
