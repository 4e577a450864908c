//! A scenario with nothing left to decide.

use backend::fault::Occurrence;
use backend::run_id::RunId;
use check::Invariant;
use load::Workload;
use model::quantity::Duration;
use serde::{Deserialize, Serialize};

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
    pub workloads: Vec<Workload>,
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
