//! A scenario with nothing left to decide.

use backend::fault::Occurrence;
use backend::run_id::RunId;
use check::Invariant;
use load::Executor;
use model::quantity::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Phase, Thresholds};

/// Everything about a run that is decided before it begins. Stored with the run; what the n-th
/// workflow of a workload is, is a pure function of this and of n.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunPlan {
    /// Its name.
    pub run: RunId,
    /// The scenario's name.
    pub scenario: String,
    /// What the scenario is for.
    pub description: String,
    /// The seed of every random choice.
    #[serde(with = "model::seed")]
    pub seed: u64,
    /// What is started.
    pub workloads: Vec<PlannedWorkload>,
    /// The phases under load, in order.
    pub phases: Vec<PlannedPhase>,
    /// The deadline for what is still open when the load has ended.
    #[serde(rename = "drain-ms", with = "model::quantity::in_milliseconds")]
    pub drain: Duration,
    /// What is broken, in the order in which it is.
    pub faults: Vec<PlannedFault>,
    /// What must hold in the baseline.
    pub steady_state: Option<Thresholds>,
    /// What must hold in each phase.
    pub thresholds: Vec<PlannedThresholds>,
    /// How late the generator may be at the 99th percentile.
    #[serde(
        rename = "generator-delay-ms",
        with = "model::quantity::in_milliseconds"
    )]
    pub generator_delay: Duration,
    /// What must hold of every workflow.
    pub invariants: Vec<Invariant>,
}

/// A stream of workflows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedWorkload {
    /// Its name.
    pub name: String,
    /// When workflows start.
    pub executor: Executor,
    /// The seed of its arrivals and of its requests.
    #[serde(with = "model::seed")]
    pub seed: u64,
    /// Workflow type.
    pub workflow_type: String,
    /// Task queue.
    pub task_queue: String,
    /// Arguments; strings are templates.
    pub input: Vec<Value>,
    /// The result that each must have; strings are templates.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub result: Option<Value>,
    /// How long to wait for the answer to a start.
    #[serde(rename = "start-timeout-ms", with = "model::quantity::in_milliseconds")]
    pub start_timeout: Duration,
    /// How long to wait from the acknowledged start to the close.
    #[serde(rename = "timeout-ms", with = "model::quantity::in_milliseconds")]
    pub timeout: Duration,
}

/// A phase under load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedPhase {
    /// Which.
    pub phase: Phase,
    /// When it begins, from the start of the run.
    #[serde(rename = "offset-ms", with = "model::quantity::in_milliseconds")]
    pub offset: Duration,
    /// How long it lasts.
    #[serde(rename = "length-ms", with = "model::quantity::in_milliseconds")]
    pub length: Duration,
}

/// A fault with the phase that it is planned in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedFault {
    /// The phase.
    pub phase: Phase,
    /// What is done, to whom, and when.
    #[serde(flatten)]
    pub occurrence: Occurrence,
}

/// What must hold in a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedThresholds {
    /// Which phase.
    pub phase: Phase,
    /// The bounds.
    pub thresholds: Thresholds,
}

#[cfg(test)]
mod tests;
