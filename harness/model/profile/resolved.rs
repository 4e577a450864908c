//! A profile with every value there and valid.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::azure::Azure;
use super::dynamic_config;
use super::{Name, StarterMode};
use crate::quantity::Duration;
use crate::topology::{Run, TemporalSettings};

/// A whole profile; what each value means is said in [`super::model`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    /// What it is called.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// The Temporal cluster.
    pub temporal: Temporal,
    /// The database behind it.
    pub database: Database,
    /// The web console.
    pub web: Web,
    /// The application's worker.
    pub worker: Worker,
    /// The HTTP starter.
    pub starter: Starter,
    /// Where all of it runs.
    pub backend: Backend,
    /// What must have passed before it is promoted.
    pub promotion: Promotion,
}

/// The Temporal cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Temporal {
    /// What holds for the cluster as a whole.
    pub settings: TemporalSettings,
    /// How many of each role run.
    pub roles: Roles,
    /// The frontend's gRPC port, if pinned.
    pub port: Option<u16>,
    /// How long a role may take to become ready.
    pub ready_timeout: Duration,
}

/// How many replicas of each role run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Roles {
    /// Of the frontend.
    pub frontend: u16,
    /// Of history.
    pub history: u16,
    /// Of matching.
    pub matching: u16,
    /// Of Temporal's own worker.
    pub worker: u16,
}

/// The database behind Temporal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Database {
    /// What holds for it wherever it runs.
    pub settings: crate::topology::Database,
    /// How long it may take to become ready.
    pub ready_timeout: Duration,
}

/// The web console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Web {
    /// Its version.
    pub version: String,
    /// Its port, if pinned.
    pub port: Option<u16>,
    /// How long it may take to become ready.
    pub ready_timeout: Duration,
}

/// The application's worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Worker {
    /// How many run.
    pub replicas: u16,
    /// The task queue that they poll.
    pub task_queue: String,
    /// How to run one.
    pub run: Run,
    /// Environment variables for it.
    pub environment: BTreeMap<String, String>,
    /// How long one may take to become ready.
    pub ready_timeout: Duration,
    /// How long one may take to end after SIGTERM.
    pub termination_grace_period: Duration,
}

/// The HTTP starter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Starter {
    /// Where it lives.
    pub mode: StarterMode,
    /// Its port, if pinned.
    pub port: Option<u16>,
}

/// The place a topology runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// The first of the two that this machine can run, in this order.
    Local {
        /// Where it is to be k3d.
        k3d: K3d,
        /// What runs Temporal where it is to be processes.
        engine: Engine,
    },
    /// Child processes of this machine.
    Process {
        /// What runs Temporal.
        engine: Engine,
    },
    /// A local Kubernetes cluster.
    K3d(K3d),
    /// A model in virtual time.
    Simulated,
    /// A place in Azure.
    Azure(Box<Azure>),
}

impl Profile {
    /// What a user should know of a profile that is nevertheless right, in sentences.
    pub fn notices(&self) -> Vec<String> {
        dynamic_config::notices(&self.temporal.settings)
    }

    /// Why this cannot run where `backend` says, if so: looked at again when a choice that the
    /// profile leaves open has been made.
    pub fn misplaced(&self) -> Option<String> {
        match &self.backend {
            Backend::Process {
                engine: Engine::DevServer { .. },
            } => dynamic_config::constrained(&self.temporal.settings).map(|(_, message)| message),
            Backend::Process {
                engine: Engine::Server,
            }
            | Backend::Local { .. }
            | Backend::K3d(_)
            | Backend::Simulated
            | Backend::Azure(_) => None,
        }
    }
}

impl Backend {
    /// What it is called: `process`, `k3d`, `simulated`, `azure`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Local { .. } => "local",
            Self::Process { .. } => "process",
            Self::K3d(_) => "k3d",
            Self::Simulated => "simulated",
            Self::Azure(_) => "azure",
        }
    }

    /// Whether what runs there runs in containers, wholly or in part.
    pub fn needs_docker(&self) -> bool {
        match self {
            Self::Local { engine, .. } | Self::Process { engine } => *engine == Engine::Server,
            Self::K3d(_) => true,
            Self::Simulated | Self::Azure(_) => false,
        }
    }

    /// Path of the Temporal CLI, if given.
    pub fn cli(&self) -> Option<&Utf8Path> {
        match self {
            Self::Local {
                engine: Engine::DevServer { cli },
                ..
            }
            | Self::Process {
                engine: Engine::DevServer { cli },
            } => cli.as_deref(),
            Self::Local { .. }
            | Self::Process { .. }
            | Self::K3d(_)
            | Self::Simulated
            | Self::Azure(_) => None,
        }
    }
}

/// What runs Temporal as processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The development server of the Temporal CLI.
    DevServer {
        /// Path of the Temporal CLI, if given.
        cli: Option<Utf8PathBuf>,
    },
    /// The released server, one process per role and replica, on MySQL.
    Server,
}

impl Default for Engine {
    fn default() -> Self {
        Self::DevServer { cli: None }
    }
}

/// The version of Kubernetes where the profile names none.
const KUBERNETES: &str = "1.34.3-k3s1";

/// A local Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct K3d {
    /// How many nodes run the control plane.
    pub servers: u16,
    /// How many further nodes there are.
    pub agents: u16,
    /// Version of Kubernetes, as the tag of the k3s image has it.
    pub kubernetes: String,
}

impl Default for K3d {
    fn default() -> Self {
        Self {
            servers: 1,
            agents: 0,
            kubernetes: KUBERNETES.to_owned(),
        }
    }
}

/// What must have passed before a profile is promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Promotion {
    /// Scenario files that must have passed.
    pub require: Vec<Utf8PathBuf>,
    /// How old their verdicts may be.
    pub max_age: Duration,
}
