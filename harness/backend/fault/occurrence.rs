//! One occurrence of a fault in a run. The run plan lists them, and the fault journal records them.

use model::quantity::Duration;
use serde::{Deserialize, Serialize};

use super::{Fault, Target};
use crate::run_id::RunId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Occurrence {
    /// The run that it is a part of.
    pub run: RunId,
    /// The fault's id in the scenario.
    pub id: String,
    /// The number of this occurrence of the fault, from 1.
    pub nth: u32,
    pub fault: Fault,
    pub target: Target,
    /// When it begins, from the start of the run.
    #[serde(
        rename = "at-ms",
        alias = "at",
        with = "model::quantity::in_milliseconds"
    )]
    pub at: Duration,
    /// When it is undone, from the start of the run.
    #[serde(
        rename = "until-ms",
        alias = "until",
        with = "model::quantity::in_milliseconds"
    )]
    pub until: Duration,
}

impl Occurrence {
    /// Whether both are the same occurrence. The journal rounds times to microseconds, so times are
    /// not compared.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.run, &self.id, self.nth) == (&other.run, &other.id, other.nth)
    }
}
