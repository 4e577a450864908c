//! A workflow that violates an invariant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::workflow::Workflow;

/// A workflow that violates an invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CounterExample {
    /// Workflow id.
    pub workflow_id: String,
    /// Run id, if known.
    pub run_id: Option<String>,
    /// How it violates the invariant.
    pub what: String,
}

impl CounterExample {
    pub(super) fn new(workflow: Workflow<'_>, what: String) -> Self {
        let run_id = match workflow.execution() {
            Some(execution) => Some(execution.key.run_id.clone()),
            None => workflow.iteration.run_id().map(ToOwned::to_owned),
        };
        Self {
            workflow_id: workflow.iteration.workflow_id.clone(),
            run_id,
            what,
        }
    }
}
