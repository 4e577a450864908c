//! What the routes need of Temporal, and how it can refuse.

use std::future::Future;

use temporalio_client::tonic;
use workflow::Name;

/// A workflow that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Started {
    /// Workflow id.
    pub(crate) workflow_id: String,
    /// Run id.
    pub(crate) run_id: String,
}

/// Starts greetings and waits for them. No call here has a deadline of its own: the caller's
/// cuts it.
pub(crate) trait Starter: Clone + Send + Sync + 'static {
    /// Starts a greeting of `name` as workflow `workflow_id`.
    fn start(
        &self,
        workflow_id: &Name,
        name: &Name,
    ) -> impl Future<Output = Result<Started, Refusal>> + Send;

    /// Waits until it closes, for its greeting.
    fn result(&self, started: &Started) -> impl Future<Output = Result<String, Refusal>> + Send;
}

/// No greeting, and why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("workflow ID={workflow_id} is already running, RunID={run_id}")]
    AlreadyRunning { workflow_id: String, run_id: String },
    #[error("Temporal cannot be reached to {act}")]
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
