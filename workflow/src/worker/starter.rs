//! The interface between the routes and Temporal, and its errors.

use std::future::Future;

use crate::Name;
use temporalio_client::tonic;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Started {
    pub(super) workflow_id: String,
    pub(super) run_id: String,
}

/// Starts greetings and waits for them. The calls have no deadline of their own; the caller sets
/// one.
pub(super) trait Starter: Clone + Send + Sync + 'static {
    /// Starts a greeting of `name` as workflow `workflow_id`.
    fn start(
        &self,
        workflow_id: &Name,
        name: &Name,
    ) -> impl Future<Output = Result<Started, Refusal>> + Send;

    /// Waits until the workflow closes and returns its greeting.
    fn result(&self, started: &Started) -> impl Future<Output = Result<String, Refusal>> + Send;
}

/// Why there is no greeting.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("workflow ID={workflow_id} is already running, RunID={run_id}")]
    AlreadyRunning { workflow_id: String, run_id: String },
    #[error("could not reach Temporal to {act}")]
    Unreachable { act: String, source: tonic::Status },
    #[error("Temporal refused to {act}")]
    Refused { act: String, source: tonic::Status },
    #[error("workflow ID={workflow_id}, RunID={run_id} {outcome}")]
    NotCompleted {
        workflow_id: String,
        run_id: String,
        /// `failed: <its message>`, `was terminated`, ...
        outcome: String,
    },
}
