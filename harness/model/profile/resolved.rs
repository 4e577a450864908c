//! Resolved profiles. All values are present and valid.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::azure::Azure;
use super::dynamic_config;
use super::existing::Existing;
use super::{Name, StarterMode, WorkerName};
use crate::quantity::Duration;
use crate::topology::{Run, ServiceName, TemporalSettings, Variable};

/// A resolved profile. [`super::model`] documents the values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    pub name: Name,
    pub description: Option<String>,
    pub temporal: Temporal,
    pub database: Database,
    pub web: Web,
    #[serde(flatten)]
    pub workers: Workers,
    pub starter: Starter,
    pub backend: Backend,
    pub promotion: Promotion,
}

/// The Temporal cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Temporal {
    /// The settings of the whole cluster.
    pub settings: TemporalSettings,
    pub roles: Roles,
    /// The gRPC port of the first frontend replica, if pinned.
    pub port: Option<u16>,
    /// The maximum time until a replica of a role is ready.
    pub ready_timeout: Duration,
}

/// The number of replicas of each server role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Roles {
    pub frontend: u16,
    pub history: u16,
    pub matching: u16,
    /// The server's internal worker.
    pub worker: u16,
}

/// The database of Temporal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Database {
    /// The settings that do not depend on the backend.
    pub settings: crate::topology::Database,
    /// The maximum time until the database is ready.
    pub ready_timeout: Duration,
}

/// The web console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Web {
    pub version: String,
    /// The HTTP port, if pinned.
    pub port: Option<u16>,
    /// The maximum time until the web console is ready.
    pub ready_timeout: Duration,
}

/// The application's workers, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Workers {
    /// The only one. Its service is `worker`.
    #[serde(rename = "worker")]
    One(Worker),
    /// Several, by name. The service of each is `worker-NAME`.
    #[serde(rename = "workers")]
    Several(BTreeMap<WorkerName, Worker>),
}

impl Workers {
    /// Every worker with the name of its service.
    pub fn services(&self) -> Vec<(ServiceName, &Worker)> {
        match self {
            Self::One(worker) => vec![(ServiceName::worker(None), worker)],
            Self::Several(workers) => workers
                .iter()
                .map(|(name, worker)| (ServiceName::worker(Some(name.as_str())), worker))
                .collect(),
        }
    }
}

/// One of the application's workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Worker {
    pub replicas: u16,
    /// The task queue that the worker polls.
    pub task_queue: String,
    pub run: Run,
    /// Additional environment variables.
    pub environment: BTreeMap<String, Variable>,
    /// The workers that must be ready first.
    pub needs: BTreeSet<WorkerName>,
    /// The maximum time until a replica is ready.
    pub ready_timeout: Duration,
    /// The time between SIGTERM and SIGKILL.
    pub termination_grace_period: Duration,
}

/// The HTTP starter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Starter {
    pub mode: StarterMode,
    /// The worker that has it, if there are several.
    pub worker: Option<WorkerName>,
    /// The HTTP port of the first replica, if pinned.
    pub port: Option<u16>,
}

/// The backend that a topology runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// k3d if this machine can run it, else processes.
    Local {
        k3d: K3d,
        /// The program that runs Temporal if the harness chooses processes.
        engine: Engine,
    },
    /// Child processes on this machine.
    Process { engine: Engine },
    /// A local Kubernetes cluster.
    K3d(K3d),
    /// A simulation in virtual time.
    Simulated,
    /// An AKS cluster in Azure.
    Azure(Box<Azure>),
    /// A Temporal cluster that exists already.
    Existing(Box<Existing>),
}

impl Profile {
    /// Notices about a valid profile, for the user. Each is a sentence.
    pub fn notices(&self) -> Vec<String> {
        dynamic_config::notices(&self.temporal.settings)
    }

    /// Why the profile cannot run on its backend. `None` if it can. For `local`, check again after
    /// the harness has chosen the backend.
    pub fn backend_conflict(&self) -> Option<String> {
        let mut workers = self.workers.services().into_iter();
        let is_existing = matches!(self.backend, Backend::Existing(_));
        if !is_existing && workers.any(|(_, worker)| worker.replicas == 0) {
            return Some(no_replicas(&self.backend));
        }
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
            | Backend::Azure(_)
            | Backend::Existing(_) => None,
        }
    }
}

/// Why a worker without replicas is an error on another backend than `existing`.
pub(super) fn no_replicas(backend: &Backend) -> String {
    format!(
        "0 replicas of a worker need backend `existing`, where somebody else can run the worker; \
         backend `{}` needs at least 1",
        backend.kind()
    )
}

impl Backend {
    /// The name of the backend in documents: `local`, `process`, `k3d`, `simulated`, `azure` or
    /// `existing`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Local { .. } => "local",
            Self::Process { .. } => "process",
            Self::K3d(_) => "k3d",
            Self::Simulated => "simulated",
            Self::Azure(_) => "azure",
            Self::Existing(_) => "existing",
        }
    }

    /// Whether the backend runs containers with Docker on this machine.
    pub fn needs_docker(&self) -> bool {
        match self {
            Self::Local { engine, .. } | Self::Process { engine } => *engine == Engine::Server,
            Self::K3d(_) => true,
            Self::Simulated | Self::Azure(_) | Self::Existing(_) => false,
        }
    }

    /// The path of the Temporal CLI, if the profile sets it.
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
            | Self::Azure(_)
            | Self::Existing(_) => None,
        }
    }
}

/// The program that runs Temporal as processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The development server of the Temporal CLI.
    DevServer {
        /// The path of the Temporal CLI, if the profile sets it.
        cli: Option<Utf8PathBuf>,
    },
    /// The released server: one process per role and replica, and MySQL.
    Server,
}

impl Default for Engine {
    fn default() -> Self {
        Self::DevServer { cli: None }
    }
}

/// The default version of Kubernetes for k3d.
const KUBERNETES: &str = "1.34.3-k3s1";

/// A local Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct K3d {
    /// The number of control plane nodes.
    pub servers: u16,
    /// The number of additional nodes.
    pub agents: u16,
    /// The version of Kubernetes, as in the tag of the k3s image.
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

/// Conditions for promoting a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Promotion {
    /// Scenarios that must have passed: names, or paths of files.
    pub require: Vec<String>,
    /// The maximum age of their verdicts.
    pub max_age: Duration,
}
