//! The facts of one side.

use std::collections::BTreeMap;
use std::fmt;

use backend::Place;
use base::causes::in_one_line;
use model::quantity::{Duration, Milliseconds};
use model::topology::{Digest, Run, ServiceName, Tls};
use mysql::{preflight, schema};
use serde::{Serialize, Serializer};
use temporal::Cluster;

/// The facts of one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    pub profile: String,
    pub place: Place,
    pub rendered: Rendered,
    pub running: Probe<Running>,
}

/// What a profile requires.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rendered {
    /// The digest of all requirements except the place.
    pub topology: Digest,
    /// Version of the Temporal server.
    pub server_version: String,
    /// Number of history shards.
    pub history_shards: u32,
    /// Replicas of each role of the server.
    pub roles: BTreeMap<String, u16>,
    /// The namespaces, each with its retention of closed workflows.
    #[serde(rename = "retention-ms", serialize_with = "asked")]
    pub namespaces: BTreeMap<String, Duration>,
    pub dynamic_config: BTreeMap<String, serde_json::Value>,
    /// Version of MySQL.
    pub mysql: String,
    /// Whether connections to it are encrypted.
    pub tls: Tls,
    /// MySQL's `max_connections`.
    pub max_connections: u32,
    /// The number of connections that the Temporal processes may open.
    pub needed_connections: u32,
    pub workers: Vec<Worker>,
}

/// A worker that a profile requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Worker {
    /// The name of its service.
    pub service: ServiceName,
    /// The task queue that it polls.
    pub task_queue: String,
    pub replicas: u16,
    pub run: Run,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Running {
    /// The cluster's own information.
    pub cluster: Probe<Cluster>,
    /// The profile's namespaces, each with its retention; `null` if the namespace does not exist.
    #[serde(rename = "retention-ms", serialize_with = "found")]
    pub namespaces: BTreeMap<String, Probe<Option<Duration>>>,
    /// The MySQL server behind it.
    pub database: Probe<Database>,
}

/// A MySQL server with Temporal's stores.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Database {
    /// The server's own information.
    pub server: preflight::Facts,
    /// The state of the default store's schema.
    pub default_schema: Probe<schema::State>,
    /// The state of the visibility store's schema.
    pub visibility_schema: Probe<schema::State>,
}

/// The result of a probe.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe<T> {
    Known(T),
    /// Could not be read, with the reason.
    Unknown(String),
    /// Does not exist on this backend.
    Absent,
}

/// Serializes the required retention of each namespace.
fn asked<S: Serializer>(
    namespaces: &BTreeMap<String, Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let retention = namespaces.iter();
    serializer.collect_map(retention.map(|(name, kept)| (name, Milliseconds::from(*kept))))
}

/// Serializes the actual retention of each namespace, as far as it is known.
fn found<S: Serializer>(
    namespaces: &BTreeMap<String, Probe<Option<Duration>>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let retention = namespaces.iter().map(|(name, kept)| {
        let kept = kept.then(|kept| Probe::Known(kept.map(Milliseconds::from)));
        (name, kept)
    });
    serializer.collect_map(retention)
}

impl<T> Probe<T> {
    /// The result of a request. An error is kept with its causes, as text.
    pub fn of<E: std::error::Error>(asked: Result<T, E>) -> Self {
        asked.map_or_else(|error| Self::Unknown(in_one_line(&error)), Self::Known)
    }

    /// Probes further with the value that was found.
    pub(super) fn then<U>(&self, look: impl FnOnce(&T) -> Probe<U>) -> Probe<U> {
        match self {
            Self::Known(found) => look(found),
            Self::Unknown(why) => Probe::Unknown(why.clone()),
            Self::Absent => Probe::Absent,
        }
    }
}

/// One aspect of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// A value that the profile or the cluster decides.
    Known(String),
    /// A value that the backend decides, whatever the profile says.
    Given(String),
    /// Could not be read, with the reason.
    Unknown(String),
}

impl fmt::Display for Cell {
    /// Leaves out the reason of an unknown value, which is often the same for many cells.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) | Self::Given(text) => out.write_str(text),
            Self::Unknown(_) => out.write_str("?"),
        }
    }
}

impl Facts {
    /// Whether the side is a development server: one process, one shard, its own database.
    pub(super) fn is_dev_server(&self) -> bool {
        self.place.engine == "dev-server"
    }
}
