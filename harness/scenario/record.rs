//! The record of a fault in the report.

use backend::fault::{Fault, Proof};
use model::quantity::{Duration, Milliseconds};
use schemars::JsonSchema;
use serde::Serialize;

use super::model::Phase;
use super::plan::PlannedFault;

/// A planned fault and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FaultRecord {
    /// Its id in the scenario.
    pub id: String,
    /// The fault.
    pub fault: Fault,
    /// The service that it hit.
    pub target: String,
    /// The phase in which it was planned.
    pub phase: Phase,
    /// When it was injected, from the start of the run; null if it was not.
    #[serde(
        rename = "injected-ms",
        serialize_with = "model::quantity::in_milliseconds::option::serialize"
    )]
    #[schemars(with = "Option<Milliseconds>")]
    pub injected: Option<Duration>,
    /// When it was healed, from the start of the run; null if it is not known to be healed.
    #[serde(
        rename = "healed-ms",
        serialize_with = "model::quantity::in_milliseconds::option::serialize"
    )]
    #[schemars(with = "Option<Milliseconds>")]
    pub healed: Option<Duration>,
    /// The proof of its effect.
    pub effect: Option<Proof>,
    /// Why it could not be injected.
    pub failure: Option<String>,
}

impl FaultRecord {
    /// The record of a fault that was not injected yet.
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
