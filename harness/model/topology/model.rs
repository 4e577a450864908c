//! The types of a topology.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Digest, DynamicConfig};
use crate::quantity::Duration;

/// The whole of what a profile asks for, independent of the place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topology {
    /// Identity over everything but the place: two backends with the same digest run the same thing.
    pub digest: Digest,
    /// The Temporal cluster as such.
    pub temporal: TemporalSettings,
    /// The database behind it.
    pub database: Database,
    /// Everything that runs, in an order in which each comes after what it needs.
    pub services: Vec<Service>,
}

impl Topology {
    /// The namespace that the worker polls and clients start workflows in: the first.
    pub fn main_namespace(&self) -> &str {
        let first = self.temporal.namespaces.first();
        first.map_or("default", |namespace| &namespace.name)
    }

    /// The service of a name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        let mut services = self.services.iter();
        services.find(|service| service.name.as_str() == name)
    }

    /// How the worker is run.
    pub fn worker_run(&self) -> &Run {
        let mut services = self.services.iter();
        let run = services.find_map(|service| match &service.component {
            Component::Worker { run, .. } => Some(run),
            _ => None,
        });
        run.expect("every topology has a worker")
    }
}

/// What holds for the Temporal cluster, not for one role of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TemporalSettings {
    /// Server version, such as `1.32.0`.
    pub version: String,
    /// Number of history shards; fixed for the life of a database.
    pub history_shards: u32,
    /// Namespaces that exist once the topology is up.
    pub namespaces: Vec<Namespace>,
    /// Dynamic configuration, by the server's own spelling of each key.
    pub dynamic_config: DynamicConfig,
}

/// A Temporal namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// How long closed workflows are kept.
    pub retention: Duration,
}

/// The database that Temporal stores its state in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Database {
    /// MySQL version, such as `8.4`.
    pub version: String,
    /// MySQL's `max_connections`.
    pub max_connections: u32,
    /// Whether connections to it are encrypted.
    pub tls: Tls,
}

/// Whether connections are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// Always: others are refused.
    #[default]
    Required,
    /// Never.
    Off,
}

/// The name of a service, such as `temporal-history`; its replicas are `temporal-history-0`, ...
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceName(String);

impl ServiceName {
    /// Names a service.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who needs it.
    pub fn layer(&self) -> Layer {
        match self.as_str() {
            "mysql" => Layer::Database,
            name if name.starts_with("temporal") => Layer::Server,
            _ => Layer::Clients,
        }
    }
}

/// The layers of a topology: each needs those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The database.
    Database,
    /// The roles of the Temporal server.
    Server,
    /// What connects to the frontend: the application's worker, the web console.
    Clients,
}

impl Layer {
    /// Whether workflows can be started without what is in it.
    pub fn is_of_clients(self) -> bool {
        self == Self::Clients
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Something that runs in one or more replicas.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Its name, unique in the topology.
    pub name: ServiceName,
    /// What it is, with what only that kind of service has.
    pub component: Component,
    /// How many of it run.
    pub replicas: u16,
    /// The ports it listens on.
    pub ports: Vec<Port>,
    /// The services it needs to be ready before it can be.
    pub needs: Vec<ServiceName>,
    /// What must hold of each replica for it to count as ready.
    pub readiness: Vec<Readiness>,
    /// How long a replica may take to become ready.
    pub ready_timeout: Duration,
}

impl Service {
    /// The name of one of its replicas, the first being 0.
    pub fn replica(&self, number: u16) -> String {
        format!("{}-{number}", self.name)
    }

    /// The names of all of its replicas.
    pub fn replica_names(&self) -> impl Iterator<Item = String> {
        (0..self.replicas).map(|number| self.replica(number))
    }
}

/// The kinds of service there are.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// The database.
    Database,
    /// One role of the Temporal server: `frontend`, `history`, `matching` or `worker`.
    Temporal(String),
    /// Temporal's web console.
    Web {
        /// Its version, such as `2.54.1`.
        version: String,
    },
    /// The application's worker, perhaps with an HTTP starter in it.
    Worker {
        /// Task queue that it polls.
        task_queue: String,
        /// How to run it.
        run: Run,
        /// Environment variables for it, besides those that tell it where Temporal is.
        environment: BTreeMap<String, String>,
        /// How long a replica may take to end after SIGTERM, before SIGKILL.
        termination_grace_period: Duration,
    },
}

/// Where the program of a worker comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// A Cargo package folder whose binary `worker` is built and run.
    Build(String),
    /// A program with its arguments, in any language.
    Command(Vec<String>),
    /// A container image, in any language.
    Image(String),
}

/// A named port of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Its name, such as `grpc`, `http`, `metrics`.
    pub name: String,
    /// The number a user insists on, for the first replica: honoured, or an early error.
    pub pinned: Option<u16>,
}

/// A condition that is checked, never assumed from a tool's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// The named port accepts a connection.
    TcpAccepts {
        /// Port name.
        port: String,
    },
    /// gRPC health answers SERVING on the named port.
    GrpcServing {
        /// Port name.
        port: String,
    },
    /// HTTP GET on the named port answers 200.
    HttpOk {
        /// Port name.
        port: String,
        /// Path, such as `/ping`.
        path: String,
    },
    /// The task queue has a poller that this replica brought.
    TaskQueuePolled {
        /// Task queue name.
        task_queue: String,
    },
}
