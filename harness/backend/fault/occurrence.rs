//! One occurrence of a fault in a run: what the plan of a run has, and the key of the journal.

use std::fmt;

use model::quantity::Duration;
use model::topology::ServiceName;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::run_id::RunId;

/// What a fault is aimed at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A service, with all of its replicas.
    Service(ServiceName),
}

impl Target {
    /// The service that is hit.
    pub fn service(&self) -> &ServiceName {
        match self {
            Self::Service(service) => service,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.service().fmt(out)
    }
}

/// A fault that happens once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Occurrence {
    /// The run that it is a part of.
    pub run: RunId,
    /// The fault's id in the scenario.
    pub id: String,
    /// Which of the occurrences of that fault it is; 1 is the first.
    pub nth: u32,
    /// What is done.
    pub fault: Fault,
    /// To whom.
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
    /// Whether it is the same one, as a journal knows it, which has no part of a microsecond.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.run, &self.id, self.nth) == (&other.run, &other.id, other.nth)
    }
}
