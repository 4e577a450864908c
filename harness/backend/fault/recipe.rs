//! What a fault is made of.

use std::collections::BTreeMap;
use std::time::Duration;

use model::topology::ServiceName;
use serde::{Deserialize, Serialize};

use super::lever::{Pull, Reach, Sign};

/// A target as it is here and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    /// The service.
    pub service: ServiceName,
    /// How the place takes hold of it.
    pub reach: Reach,
    /// Its living replicas, each with its life.
    pub lives: BTreeMap<String, String>,
    /// The namespace that clients work in.
    pub namespace: String,
}

/// What a fault does, how that is seen, and how it is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// What is pulled, in order.
    pub pulls: Vec<Pull>,
    /// What shows that it took effect.
    pub proof: Sign,
    /// How long it may take until that is seen.
    pub within: Duration,
    /// How it is undone.
    pub remedy: Remedy,
}

/// How a fault is undone; written to the journal before anything is pulled, so that anyone can heal
/// what the injecting process could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Remedy {
    /// What is pulled, in order.
    pub pulls: Vec<Pull>,
    /// What shows that what was hit does its own job again.
    pub healed: Sign,
    /// How long it may take until that is seen.
    pub within: model::quantity::Duration,
    /// What shows that the whole does, where the fault kept it from that. It is not asked for while
    /// another fault does so.
    pub whole: Option<Sign>,
}

impl Victim {
    /// What shows that workflows can be started again, where a fault on this victim keeps them from
    /// it.
    pub(super) fn whole(&self) -> Option<Sign> {
        let of_server = !self.service.layer().is_of_clients();
        of_server.then(|| Sign::Serves {
            namespace: self.namespace.clone(),
        })
    }
}
