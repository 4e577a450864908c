//! The starter that uses a real Temporal.

use std::time::Duration;

use crate::Name;
use crate::workflows::Greeting;
use temporalio_client::errors::{WorkflowGetResultError, WorkflowStartError};
use temporalio_client::tonic::{Code, Status};
use temporalio_client::{
    Client, RetryOptions, RpcOptions, WorkflowExecutionInfo, WorkflowGetResultOptions,
    WorkflowHandle, WorkflowStartOptions,
};
use temporalio_common::error::IncomingError;

use super::causes;
use super::starter::{Refusal, Started, Starter};

/// About half a second of retries. This covers a broken connection, but still refuses quickly when
/// Temporal is down. The server recognises a repeated start by its request id.
const START_ATTEMPTS: usize = 4;

/// About five seconds of retries. This covers a restart of Temporal while the workflow is running.
const RESULT_ATTEMPTS: usize = 10;

/// Starts workflows on one task queue.
#[derive(Clone)]
pub(super) struct TemporalStarter {
    client: Client,
    task_queue: String,
}

impl TemporalStarter {
    pub(super) fn new(client: Client, task_queue: String) -> Self {
        Self { client, task_queue }
    }
}

impl Starter for TemporalStarter {
    async fn start(&self, workflow_id: &Name, name: &Name) -> Result<Started, Refusal> {
        let options = WorkflowStartOptions::new(&self.task_queue, workflow_id.as_str())
            .rpc_options(retries(START_ATTEMPTS))
            .build();
        let input = name.as_str().to_owned();
        let handle = Box::pin(self.client.start_workflow(Greeting::run, input, options))
            .await
            .map_err(|error| not_started(workflow_id, error))?;
        Ok(Started {
            workflow_id: workflow_id.to_string(),
            run_id: handle.run_id().unwrap_or_default().to_owned(),
        })
    }

    async fn result(&self, started: &Started) -> Result<String, Refusal> {
        let handle = WorkflowHandle::<_, Greeting>::new(
            self.client.clone(),
            WorkflowExecutionInfo::builder()
                .namespace(&self.client.options().namespace)
                .workflow_id(&started.workflow_id)
                .run_id(&started.run_id)
                .build(),
        );
        let options = WorkflowGetResultOptions::builder()
            .rpc_options(retries(RESULT_ATTEMPTS))
            .build();
        Box::pin(handle.get_result(options))
            .await
            .map_err(|error| not_completed(started, error))
    }
}

fn retries(attempts: usize) -> RpcOptions {
    let retries = RetryOptions::builder()
        .max_interval(Duration::from_secs(1))
        // This limit would also count the time of a long poll that waits normally.
        .max_elapsed_time(None)
        .max_retries(attempts)
        .build();
    RpcOptions::builder().retry_options(retries).build()
}

fn not_started(workflow_id: &Name, error: WorkflowStartError) -> Refusal {
    match error {
        WorkflowStartError::AlreadyStarted { run_id, .. } => Refusal::AlreadyRunning {
            workflow_id: workflow_id.to_string(),
            run_id: run_id.unwrap_or_else(|| "unknown".to_owned()),
        },
        WorkflowStartError::Rpc(status) => {
            refused(format!("start workflow ID={workflow_id}"), status)
        }
        other => Refusal::NotCompleted {
            workflow_id: workflow_id.to_string(),
            run_id: "none".to_owned(),
            outcome: format!("was not started: {}", causes::one_line(&other)),
        },
    }
}

fn not_completed(started: &Started, error: WorkflowGetResultError) -> Refusal {
    let Started {
        workflow_id,
        run_id,
    } = started;
    let outcome = match error {
        WorkflowGetResultError::Rpc(status) | WorkflowGetResultError::NotFound(status) => {
            let act = format!("wait for workflow ID={workflow_id}, RunID={run_id}");
            return refused(act, status);
        }
        WorkflowGetResultError::Failed(failure) => format!("failed: {}", messages(&failure)),
        WorkflowGetResultError::Cancelled { .. } => "was canceled".to_owned(),
        WorkflowGetResultError::Terminated { .. } => "was terminated".to_owned(),
        WorkflowGetResultError::TimedOut => "timed out".to_owned(),
        other => format!("has no greeting: {}", causes::one_line(&other)),
    };
    Refusal::NotCompleted {
        workflow_id: workflow_id.clone(),
        run_id: run_id.clone(),
        outcome,
    }
}

/// Distinguishes a call that Temporal refused from one that did not reach it.
fn refused(act: String, source: Status) -> Refusal {
    match source.code() {
        Code::Unavailable | Code::ResourceExhausted | Code::Cancelled | Code::DeadlineExceeded => {
            Refusal::Unreachable { act, source }
        }
        _ => Refusal::Refused { act, source },
    }
}

/// The messages of a failure and its causes. The SDK's own text would contain their debug form.
fn messages(failure: &IncomingError) -> String {
    let mut messages = vec![failure.failure().message.as_str()];
    let mut cause = failure.cause();
    while let Some(failure) = cause {
        messages.push(&failure.failure().message);
        cause = failure.cause();
    }
    messages.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started() -> Started {
        Started {
            workflow_id: "Ada".to_owned(),
            run_id: "run-1".to_owned(),
        }
    }

    #[test]
    fn silence_and_overload_are_distinguished_from_a_refusal() {
        for (code, unreachable) in [
            (Code::Unavailable, true),
            (Code::ResourceExhausted, true),
            (Code::Cancelled, true),
            (Code::DeadlineExceeded, true),
            (Code::InvalidArgument, false),
            (Code::NotFound, false),
            (Code::PermissionDenied, false),
        ] {
            let refusal = refused("start".to_owned(), Status::new(code, "because"));

            assert_eq!(
                matches!(refusal, Refusal::Unreachable { .. }),
                unreachable,
                "{code:?}"
            );
        }
    }

    #[test]
    fn the_error_for_a_running_workflow_has_its_run_id() {
        let error = WorkflowStartError::AlreadyStarted {
            run_id: Some("run-1".to_owned()),
            source: Status::already_exists("it is"),
        };

        let refusal = not_started(&Name::default(), error);

        assert_eq!(
            refusal.to_string(),
            "workflow ID=Guest is already running, RunID=run-1"
        );
    }

    #[test]
    fn each_outcome_except_completion_has_a_message() {
        let refusal = not_completed(&started(), WorkflowGetResultError::TimedOut);
        assert_eq!(
            refusal.to_string(),
            "workflow ID=Ada, RunID=run-1 timed out"
        );

        let lost = WorkflowGetResultError::Rpc(Status::unavailable("connection refused"));
        let refusal = not_completed(&started(), lost);
        assert!(
            matches!(refusal, Refusal::Unreachable { .. }),
            "{refusal:?}"
        );
    }
}
