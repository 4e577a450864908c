//! What is known of one side.

use std::collections::BTreeMap;
use std::fmt;

use backend::Place;
use base::causes::in_one_line;
use model::quantity::{Duration, Milliseconds};
use model::topology::{Digest, Run, Tls};
use mysql::{preflight, schema};
use serde::{Serialize, Serializer};
use temporal::Cluster;

/// All that is known of one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// Its profile.
    pub profile: String,
    /// Where it is.
    pub place: Place,
    /// What its profile asks for.
    pub rendered: Rendered,
    /// What runs.
    pub running: Probe<Running>,
}

/// What a profile asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rendered {
    /// Identity of all that is asked for, but for the place.
    pub topology: Digest,
    /// Version of the Temporal server.
    pub server_version: String,
    /// Number of history shards.
    pub history_shards: u32,
    /// Replicas of each role of the server.
    pub roles: BTreeMap<String, u16>,
    /// Namespaces, and how long each keeps closed workflows.
    #[serde(rename = "retention-ms", serialize_with = "asked")]
    pub namespaces: BTreeMap<String, Duration>,
    /// Dynamic configuration.
    pub dynamic_config: BTreeMap<String, serde_json::Value>,
    /// Version of MySQL.
    pub mysql: String,
    /// Whether connections to it are encrypted.
    pub tls: Tls,
    /// MySQL's `max_connections`.
    pub max_connections: u32,
    /// How many connections to it the Temporal processes may open.
    pub needed_connections: u32,
    /// The worker.
    pub worker: Option<Worker>,
}

/// A worker that a profile asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Worker {
    /// The task queue that it polls.
    pub task_queue: String,
    /// How many of it run.
    pub replicas: u16,
    /// What is run.
    pub run: Run,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Running {
    /// What the cluster says of itself.
    pub cluster: Probe<Cluster>,
    /// The profile's namespaces, and how long each keeps closed workflows; `null` is none of that
    /// name.
    #[serde(rename = "retention-ms", serialize_with = "found")]
    pub namespaces: BTreeMap<String, Probe<Option<Duration>>>,
    /// The MySQL server behind it.
    pub database: Probe<Database>,
}

/// A MySQL server with Temporal's stores.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Database {
    /// What the server says of itself.
    pub server: preflight::Facts,
    /// The state of the default store's schema.
    pub default_schema: Probe<schema::State>,
    /// The state of the visibility store's schema.
    pub visibility_schema: Probe<schema::State>,
}

/// What was looked at, with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe<T> {
    /// This was found.
    Known(T),
    /// It could not be looked at: why.
    Unknown(String),
    /// There is no such thing in this place.
    Absent,
}

/// Writes how long each namespace is to keep closed workflows.
fn asked<S: Serializer>(
    namespaces: &BTreeMap<String, Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let retention = namespaces.iter();
    serializer.collect_map(retention.map(|(name, kept)| (name, Milliseconds::from(*kept))))
}

/// Writes how long each namespace keeps them, as far as that was found.
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
    /// What came of asking; the error is told with its causes.
    pub fn of<E: std::error::Error>(asked: Result<T, E>) -> Self {
        asked.map_or_else(|error| Self::Unknown(in_one_line(&error)), Self::Known)
    }

    /// Looks further into what was found.
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
    /// It is so, and could be otherwise.
    Known(String),
    /// The place has it so, whatever the profile says.
    Given(String),
    /// It could not be looked at: why.
    Unknown(String),
}

impl fmt::Display for Cell {
    /// Without the reason why it is unknown, which is often the same for many.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) | Self::Given(text) => out.write_str(text),
            Self::Unknown(_) => out.write_str("?"),
        }
    }
}

impl Facts {
    /// Whether one process is the whole cluster, with one shard and a database of its own.
    pub(super) fn is_dev_server(&self) -> bool {
        self.place.engine == "dev-server"
    }
}
