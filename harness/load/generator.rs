//! One iteration: starts a workflow, does what its flow says, waits until it closes, and records every
//! call.

use std::sync::Arc;
use std::time::Duration;

use temporal::{ExecutionKey, Frontend, Op, OpKind};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::compiled::Action;
use super::unsent::Cause;
use super::{
    Call, CompiledWorkload, Failure, Iteration, Outcome, Request, Run, Unsent, WorkflowOutcome,
};

/// Why a workflow is terminated whose client did not do its part.
pub const ABANDONED: &str = "a call of its client was not carried out";

/// Offers one workload: sends its calls and records its iterations. Clones share one run.
#[derive(Clone)]
pub(super) struct Generator<F> {
    pub(super) frontend: F,
    pub(super) workload: Arc<CompiledWorkload>,
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
        let call = Call {
            op: OpKind::Start,
            name: None,
            intended,
            sent: None,
            answered: seen,
            outcome: Outcome::NotSent(unsent),
            expected: None,
        };
        self.record(self.iteration(sequence, call));
    }

    /// Runs one iteration from start to close and records it. Returns whether the workflow closed.
    pub(super) async fn run_iteration(&self, sequence: u64, intended: Duration) -> bool {
        let request = match self.workload.request(sequence) {
            Ok(request) => request,
            Err(error) => {
                let unsent = Unsent {
                    arrivals: 1,
                    last_intended: intended,
                    cause: Cause::Template,
                    message: Some(error.to_string()),
                };
                self.record_unsent(sequence, intended, self.now(), unsent);
                return false;
            }
        };
        let Request {
            flow,
            start,
            signal,
            actions,
            status,
            expected,
        } = request;
        let workflow_id = start.workflow_id.clone();
        let op = match signal {
            None => Op::Start(start),
            Some(signal) => Op::SignalWithStart(start, signal),
        };
        self.run.progress.start(intended);
        let deadline = self.workload.workload.call_timeout.as_std();
        let start = self.call(op, intended, deadline).await;
        let mut iteration = Iteration {
            flow: Some(flow),
            expected,
            status,
            ..self.iteration(sequence, start)
        };
        let Some(run_id) = iteration.run_id().map(str::to_owned) else {
            // The workflow may exist, and wait for the calls.
            let is_unknown = matches!(iteration.outcome(), WorkflowOutcome::Unknown(_));
            iteration.unfinished = is_unknown && !actions.is_empty();
            return self.record(iteration);
        };
        // The run that was started may have continued as new.
        let latest = ExecutionKey {
            workflow_id: workflow_id.clone(),
            run_id: String::new(),
        };
        let Some(due) = self.act(actions, &latest, &mut iteration).await else {
            iteration.unfinished = true;
            self.record(iteration);
            self.abandon(latest).await;
            return false;
        };
        let started = ExecutionKey {
            workflow_id,
            run_id,
        };
        let timeout = self.workload.workload.timeout.as_std();
        let wait = self.call(Op::AwaitResult(started), due, timeout);
        iteration.steps.push(wait.await);
        self.record(iteration)
    }

    /// Makes the calls that follow the start, up to the first one that is not carried out. Returns when
    /// the last one was over; `None` if not all were carried out.
    async fn act(
        &self,
        actions: Vec<Action>,
        execution: &ExecutionKey,
        iteration: &mut Iteration,
    ) -> Option<Duration> {
        let deadline = self.workload.workload.call_timeout.as_std();
        let mut due = iteration.start.answered;
        for action in actions {
            match action {
                Action::Wait(length) => {
                    due += length;
                    let waiting = sleep_until(self.run.epoch + due);
                    self.give_up.run_until_cancelled(waiting).await?;
                }
                Action::Call { call, expected } => {
                    let name = call.name().map(str::to_owned);
                    let call = self.call(call.on(execution.clone()), due, deadline).await;
                    let is_done = call.is_done();
                    due = call.answered;
                    iteration.steps.push(Call {
                        name,
                        expected,
                        ..call
                    });
                    if !is_done {
                        return None;
                    }
                }
            }
        }
        Some(due)
    }

    /// Terminates a workflow whose client did not do its part: it may wait for ever. If this fails, it
    /// is tried again after the load.
    async fn abandon(&self, execution: ExecutionKey) {
        let op = Op::Terminate {
            execution,
            reason: ABANDONED.to_owned(),
        };
        let deadline = self.workload.workload.call_timeout.as_std();
        let ended = self.frontend.call(op, deadline);
        let _ = self.give_up.run_until_cancelled(ended).await;
    }

    /// Makes one call, which was due at `intended`.
    async fn call(&self, op: Op, intended: Duration, deadline: Duration) -> Call {
        let (kind, sent) = (op.kind(), self.now());
        let answer = self.frontend.call(op, deadline);
        let answer = self.give_up.run_until_cancelled(answer).await;
        Call {
            op: kind,
            name: None,
            intended,
            sent: Some(sent),
            answered: self.now(),
            outcome: answer.map_or_else(|| Outcome::Info(self.given_up()), Outcome::from),
            expected: None,
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

    /// The record of an iteration whose only call is its start.
    fn iteration(&self, sequence: u64, start: Call) -> Iteration {
        let workload = &self.workload.workload;
        let phase = self.run.timeline.phase_at(start.intended);
        Iteration {
            workload: workload.name.clone(),
            sequence,
            flow: None,
            phase: phase
                .expect("executors schedule no start outside the timeline")
                .name
                .clone(),
            workflow_id: workload.workflow_id(sequence),
            expected: None,
            status: None,
            start,
            steps: Vec::new(),
            unfinished: false,
        }
    }

    /// Sends the record of an iteration. Returns whether the workflow closed.
    fn record(&self, iteration: Iteration) -> bool {
        self.run.progress.end(&iteration);
        let closed = matches!(iteration.outcome(), WorkflowOutcome::Closed(_));
        // If the receiver is closed, nothing reads records any more.
        let _ = self.run.records.send(iteration);
        closed
    }
}
