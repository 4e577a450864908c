//! One iteration: starts a workflow, waits for its close, and records every call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use temporal::{ExecutionKey, Frontend, Op, OpKind};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Call, Failure, Iteration, Outcome, Request, Run, Unsent, WorkflowOutcome, Workload};

/// What the iterations of one workload share.
#[derive(Clone)]
pub(super) struct Lane<F> {
    pub(super) frontend: F,
    pub(super) workload: Arc<Workload>,
    pub(super) run: Arc<Run>,
    /// Cancelled when calls under way are no longer waited for.
    pub(super) give_up: CancellationToken,
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
        unsent: Unsent,
    ) {
        let Request { start, expected } = self.workload.request(sequence);
        let call = Call {
            op: OpKind::Start,
            intended,
            sent: None,
            answered: seen,
            outcome: Outcome::NotSent(unsent),
        };
        self.record(sequence, start.workflow_id, expected, call, Vec::new());
    }

    /// Carries out one iteration from start to close, and records it. Returns whether its workflow
    /// closed.
    pub(super) async fn carry_out(&self, sequence: u64, intended: Duration) -> bool {
        let Request { start, expected } = self.workload.request(sequence);
        let workflow_id = start.workflow_id.clone();
        let Workload {
            start_timeout,
            timeout,
            ..
        } = *self.workload;
        self.run.progress.start(intended);
        let start = self.call(Op::Start(start), intended, start_timeout.as_std());
        let start = start.await;
        let mut steps = Vec::new();
        if let Outcome::Ok(temporal::Reply::Started { run_id }) = &start.outcome {
            let key = ExecutionKey {
                workflow_id: workflow_id.clone(),
                run_id: run_id.clone(),
            };
            let wait = self.call(Op::AwaitResult(key), start.answered, timeout.as_std());
            steps.push(wait.await);
        }
        self.record(sequence, workflow_id, expected, start, steps)
    }

    /// Makes one call that was due at `intended`.
    async fn call(&self, op: Op, intended: Duration, deadline: Duration) -> Call {
        let (kind, sent) = (op.kind(), self.now());
        let answer = self.frontend.call(op, deadline);
        let answer = self.give_up.run_until_cancelled(answer).await;
        Call {
            op: kind,
            intended,
            sent: Some(sent),
            answered: self.now(),
            outcome: answer.map_or_else(|| Outcome::Info(self.given_up()), Outcome::from),
        }
    }

    /// Why a call was not waited for to the end: the run was interrupted, or its drain is over.
    fn given_up(&self) -> Failure {
        let (code, message) = if self.run.cancel.is_cancelled() {
            (Failure::INTERRUPTED, "the run was interrupted")
        } else {
            ("DeadlineExceeded", "still under way when the drain ended")
        };
        Failure {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// Hands out the record of an iteration. Returns whether its workflow closed.
    fn record(
        &self,
        sequence: u64,
        workflow_id: String,
        expected: Option<Value>,
        start: Call,
        steps: Vec<Call>,
    ) -> bool {
        let phase = self.run.timeline.phase_at(start.intended);
        let iteration = Iteration {
            workload: self.workload.name.clone(),
            sequence,
            phase: phase
                .expect("executors intend nothing outside the timeline")
                .name
                .clone(),
            workflow_id,
            expected,
            start,
            steps,
        };
        self.run.progress.end(&iteration);
        let closed = matches!(iteration.outcome(), WorkflowOutcome::Closed(_));
        // A reader that is gone no longer wants records.
        let _ = self.run.records.send(iteration);
        closed
    }
}
