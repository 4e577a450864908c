//! The catalogue of faults.

use std::fmt;

use model::topology::{Component, Service, ServiceName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of fault, by the names that scenarios use.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// SIGKILL every replica, and keep it down until the fault ends.
    Kill,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Kill => "kill",
        })
    }
}

impl FaultKind {
    /// The places that can express this fault on a service of this kind, for people.
    pub fn needs(self, component: &Component) -> &'static str {
        match (self, component) {
            (Self::Kill, Component::Worker { .. }) => "a backend that runs the worker",
            (Self::Kill, Component::Database | Component::Temporal(_) | Component::Web { .. }) => {
                "backend process with engine server, or k3d"
            }
        }
    }
}

/// A fault that a backend can express on a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Capability {
    /// What.
    pub fault: FaultKind,
    /// To which service.
    pub service: ServiceName,
}

impl Capability {
    /// That a service can be killed.
    pub fn kill(service: &Service) -> Self {
        Self {
            fault: FaultKind::Kill,
            service: service.name.clone(),
        }
    }
}

/// A fault as it is to be injected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Injection {
    /// Its id in the scenario.
    pub id: String,
    /// What.
    pub fault: FaultKind,
    /// To which service.
    pub service: ServiceName,
}

/// How to undo an injection; written to the journal before the fault is injected, so that anyone
/// can heal what the injecting process could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// Start these replicas again.
    Start {
        /// Replica names, such as `worker-0`.
        replicas: Vec<String>,
    },
    /// Run this many replicas of a service again.
    Scale {
        /// The service, such as `temporal-history`.
        service: ServiceName,
        /// How many of it run.
        replicas: u16,
    },
}

/// What an injection was seen to do; a fault that hit nothing makes a run inconclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// Whether the effect was observed.
    pub proven: bool,
    /// What was observed, for people: `worker-0 (pid 4711) is gone`.
    pub observation: String,
}
