//! What became of a fault.

use backend::fault::{Fault, Proof};
use model::quantity::{Duration, Milliseconds};
use schemars::JsonSchema;
use serde::Serialize;

use super::model::Phase;
use super::plan::PlannedFault;

/// A planned fault with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FaultRecord {
    /// Its id in the scenario.
    pub id: String,
    /// What was done.
    pub fault: Fault,
    /// To which service.
    pub target: String,
    /// In which phase.
    pub phase: Phase,
    /// When it was injected, from the start of the run; null if it never was.
    #[serde(
        rename = "injected-ms",
        serialize_with = "model::quantity::in_milliseconds::option::serialize"
    )]
    #[schemars(with = "Option<Milliseconds>")]
    pub injected: Option<Duration>,
    /// When it was undone, from the start of the run; null if it is not known to be.
    #[serde(
        rename = "healed-ms",
        serialize_with = "model::quantity::in_milliseconds::option::serialize"
    )]
    #[schemars(with = "Option<Milliseconds>")]
    pub healed: Option<Duration>,
    /// What it was seen to do.
    pub effect: Option<Proof>,
    /// Why it could not be injected.
    pub failure: Option<String>,
}

impl FaultRecord {
    /// The record of a fault that has not been injected.
    pub(super) fn pending(planned: &PlannedFault) -> Self {
        Self {
            id: planned.occurrence.id.clone(),
            fault: planned.occurrence.fault,
            target: planned.occurrence.target.to_string(),
            phase: planned.phase,
            injected: None,
            healed: None,
            effect: None,
            failure: None,
        }
    }
}
