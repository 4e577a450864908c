//! The types of a topology.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Digest, DynamicConfig, Probe};
use crate::quantity::Duration;

/// Everything that a profile describes, independent of the backend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topology {
    /// The digest of everything except the backend. Two backends with the same digest run the same
    /// topology.
    pub digest: Digest,
    pub temporal: TemporalSettings,
    pub database: Database,
    /// All services. Each comes after the services that it needs.
    pub services: Vec<Service>,
}

impl Topology {
    /// The first namespace. The worker polls it, and clients start workflows in it.
    pub fn main_namespace(&self) -> &str {
        let first = self.temporal.namespaces.first();
        first.map_or("default", |namespace| &namespace.name)
    }

    pub fn service(&self, name: &str) -> Option<&Service> {
        let mut services = self.services.iter();
        services.find(|service| service.name.as_str() == name)
    }
}

/// Settings of the whole Temporal cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TemporalSettings {
    /// Server version, such as `1.32.0`.
    pub version: String,
    /// Number of history shards. It cannot change during the life of a database.
    pub history_shards: u32,
    /// Namespaces that the harness creates.
    pub namespaces: Vec<Namespace>,
    /// Dynamic configuration. Keys have the spelling of the server.
    pub dynamic_config: DynamicConfig,
}

/// A Temporal namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Namespace {
    pub name: String,
    /// How long the server keeps closed workflows.
    pub retention: Duration,
}

/// The database that stores the state of Temporal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Database {
    /// MySQL version, such as `8.4`.
    pub version: String,
    /// MySQL's `max_connections`.
    pub max_connections: u32,
    pub tls: Tls,
}

/// Whether connections to the database are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// All connections are encrypted. The database refuses other connections.
    #[default]
    Required,
    /// Connections are not encrypted.
    Off,
}

/// The name of a service, such as `temporal-history`. Its replicas are `temporal-history-0` and so
/// on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceName(String);

impl ServiceName {
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The service of a worker: of one of several by its name, or of the only one.
    pub fn worker(name: Option<&str>) -> Self {
        match name {
            Some(name) => Self(format!("worker-{name}")),
            None => Self("worker".to_owned()),
        }
    }

    /// The key of a worker in the profile: `worker`, or `workers.NAME` for one of several. `None`
    /// for another service.
    pub fn worker_key(&self) -> Option<String> {
        match self.0.strip_prefix("worker")? {
            "" => Some("worker".to_owned()),
            name => Some(format!("workers.{}", name.strip_prefix('-')?)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The layer that the service belongs to.
    pub fn layer(&self) -> Layer {
        match self.as_str() {
            "mysql" => Layer::Database,
            name if name.starts_with("temporal") => Layer::Server,
            _ => Layer::Clients,
        }
    }
}

/// The layers of a topology. Each layer needs the layers before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Database,
    /// The roles of the Temporal server.
    Server,
    /// The clients of the frontend: the application's worker and the web console.
    Clients,
}

impl Layer {
    /// Whether this is the layer of clients. Workflows can start without it.
    pub fn is_clients(self) -> bool {
        self == Self::Clients
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A service that runs in one or more replicas.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Unique in the topology.
    pub name: ServiceName,
    pub component: Component,
    /// Number of replicas. Zero only for a worker that somebody else runs.
    pub replicas: u16,
    /// The ports that each replica listens on.
    pub ports: Vec<Port>,
    /// The services that must be ready before this one starts.
    pub needs: Vec<ServiceName>,
    /// The conditions that make a replica ready. All must hold.
    pub readiness: Vec<Probe>,
    /// The maximum time until a replica is ready.
    pub ready_timeout: Duration,
}

impl Service {
    /// The name of a replica. Replicas are counted from 0.
    pub fn replica(&self, number: u16) -> String {
        format!("{}-{number}", self.name)
    }

    pub fn replica_names(&self) -> impl Iterator<Item = String> {
        (0..self.replicas).map(|number| self.replica(number))
    }
}

/// The kinds of service, with the settings of each kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    Database,
    /// One role of the Temporal server: `frontend`, `history`, `matching` or `worker`.
    Temporal(String),
    /// Temporal's web console.
    Web {
        /// Version, such as `2.54.1`.
        version: String,
    },
    /// A worker of the application. It may contain the HTTP starter.
    Worker {
        /// The task queue that it polls.
        task_queue: String,
        run: Run,
        /// Additional environment variables. The harness also sets the variables for the address of
        /// Temporal.
        environment: BTreeMap<String, Variable>,
        /// The time between SIGTERM and SIGKILL.
        termination_grace_period: Duration,
    },
}

/// The value of an environment variable, or where to read it from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Variable {
    Text(String),
    Secret(SecretSource),
}

/// Where a secret is. The secret itself is not part of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretSource {
    /// The path of a file. A line break at its end does not belong to the secret.
    SecretFile(String),
    /// The name of a variable in the environment of the harness.
    SecretVariable(String),
}

/// Where the program of a worker comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// The example worker that is part of the harness.
    BuiltIn,
    /// The folder of a Cargo package. The harness builds and runs its binary `worker`.
    Build(String),
    /// A program in any language.
    Command(Command),
    /// The reference of a container image, in any language.
    Image(String),
}

/// The command of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Command {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The program and the arguments of the command that runs before the worker is started.
    pub prepare: Option<Vec<String>>,
}

/// A named port of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Such as `grpc`, `http`, `metrics`.
    pub name: String,
    /// The port number of the first replica, if the profile pins it. If the port is taken, starting
    /// the topology fails.
    pub pinned: Option<u16>,
}
