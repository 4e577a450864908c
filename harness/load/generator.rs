//! One iteration: starts a workflow, waits until it closes, and records every call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use temporal::{ExecutionKey, Frontend, Op, OpKind};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Call, Failure, Iteration, Outcome, Request, Run, Unsent, WorkflowOutcome, Workload};

/// Offers one workload: sends its calls and records its iterations. Clones share one run.
#[derive(Clone)]
pub(super) struct Generator<F> {
    pub(super) frontend: F,
    pub(super) workload: Arc<Workload>,
    pub(super) run: Arc<Run>,
    /// Cancelled when the generator must stop waiting for calls under way.
    pub(super) give_up: CancellationToken,
}

impl<F: Frontend> Generator<F> {
    /// The time since the start of the run.
    pub(super) fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.run.epoch)
    }

    /// Records a batch of unsent arrivals whose first one has this sequence number. `seen` is when
    /// the generator reached that arrival.
    pub(super) fn record_unsent(
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

    /// Runs one iteration from start to close and records it. Returns whether the workflow closed.
    pub(super) async fn run_iteration(&self, sequence: u64, intended: Duration) -> bool {
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
        if let Some(run_id) = start.run_id() {
            let key = ExecutionKey {
                workflow_id: workflow_id.clone(),
                run_id: run_id.to_owned(),
            };
            let wait = self.call(Op::AwaitResult(key), start.answered, timeout.as_std());
            steps.push(wait.await);
        }
        self.record(sequence, workflow_id, expected, start, steps)
    }

    /// Makes one call, which was due at `intended`.
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

    /// The reason to stop waiting for a call: the run was interrupted, or the drain is over.
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

    /// Sends the record of an iteration. Returns whether the workflow closed.
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
                .expect("executors schedule no start outside the timeline")
                .name
                .clone(),
            workflow_id,
            expected,
            start,
            steps,
        };
        self.run.progress.end(&iteration);
        let closed = matches!(iteration.outcome(), WorkflowOutcome::Closed(_));
        // If the receiver is closed, nothing reads records any more.
        let _ = self.run.records.send(iteration);
        closed
    }
}
