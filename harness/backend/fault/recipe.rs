//! The parts of a fault: its levers, its proof and its remedy.

use std::collections::BTreeMap;
use std::time::Duration;

use model::topology::ServiceName;
use serde::{Deserialize, Serialize};

use super::lever::{Pull, Reach, Sign};

/// The target of a fault, as it is when the fault is injected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    pub service: ServiceName,
    /// How the place controls it.
    pub reach: Reach,
    /// Its living replicas, each with its life.
    pub lives: BTreeMap<String, String>,
    /// The namespace that clients use.
    pub namespace: String,
}

/// What a fault does, what shows its effect, and how to undo it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The levers to pull, in order.
    pub pulls: Vec<Pull>,
    /// What shows that it took effect.
    pub proof: Sign,
    /// How long the effect may take to show.
    pub within: Duration,
    pub remedy: Remedy,
}

/// How to undo a fault. It is in the journal before any lever is pulled, so that another process
/// can heal the fault if the injecting process cannot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Remedy {
    /// The levers to pull, in order.
    pub pulls: Vec<Pull>,
    /// What shows that the victim does its job again.
    pub healed: Sign,
    /// How long that may take to show.
    pub within: model::quantity::Duration,
    /// What shows that the whole topology works again, if the fault broke it. Not checked while
    /// another open fault breaks it.
    pub whole: Option<Sign>,
}

impl Victim {
    /// What shows that workflows can be started again, if a fault on this victim prevents that.
    pub(super) fn whole(&self) -> Option<Sign> {
        let of_server = !self.service.layer().is_clients();
        of_server.then(|| Sign::Serves {
            namespace: self.namespace.clone(),
        })
    }
}
