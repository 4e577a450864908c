//! A scenario in which every choice is made.

use backend::fault::Occurrence;
use backend::run_id::RunId;
use check::Invariant;
use load::Workload;
use model::quantity::Duration;
use serde::{Deserialize, Serialize};

use super::model::{Phase, Thresholds};

/// Everything about a run that is decided before it begins, stored as `plan.json`. The n-th workflow
/// of a workload is a pure function of the plan and of n.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunPlan {
    pub run: RunId,
    /// The scenario's name.
    pub scenario: String,
    /// The purpose of the scenario.
    pub description: String,
    /// The seed of every random choice.
    #[serde(with = "model::seed")]
    pub seed: u64,
    pub workloads: Vec<Workload>,
    /// The phases under load, in order.
    pub phases: Vec<PlannedPhase>,
    /// The maximum number of workflow starts per second; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_per_second: Option<u32>,
    /// How long to wait after the load for open workflows to close.
    #[serde(rename = "drain-ms", with = "model::quantity::in_milliseconds")]
    pub drain: Duration,
    /// In the order of their injection.
    pub faults: Vec<PlannedFault>,
    /// Thresholds for the baseline.
    pub steady_state: Option<Thresholds>,
    /// Thresholds by phase.
    pub thresholds: Vec<PlannedThresholds>,
    /// The greatest delay of the generator at the 99th percentile.
    #[serde(
        rename = "generator-delay-ms",
        with = "model::quantity::in_milliseconds"
    )]
    pub generator_delay: Duration,
    pub invariants: Vec<Invariant>,
}

/// A phase under load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedPhase {
    pub phase: Phase,
    /// When it begins, from the start of the run.
    #[serde(rename = "offset-ms", with = "model::quantity::in_milliseconds")]
    pub offset: Duration,
    #[serde(rename = "length-ms", with = "model::quantity::in_milliseconds")]
    pub length: Duration,
}

/// A fault with the phase that it is planned in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedFault {
    pub phase: Phase,
    #[serde(flatten)]
    pub occurrence: Occurrence,
}

/// The thresholds of one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedThresholds {
    pub phase: Phase,
    pub thresholds: Thresholds,
}

#[cfg(test)]
mod tests;
