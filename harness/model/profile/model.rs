//! A profile as it is written: every key optional, because a file may leave it to the one it
//! extends. The doc comments here are the descriptions in `profiles/profile.schema.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::azure::model::Azure;
use super::dynamic_config::DynamicConfig;
pub use super::word::Replicas;
use super::word::{
    EnvironmentName, FilePath, Image, Name, NamespaceName, TaskQueueName, Text, Version,
};
use crate::document::choice;
use crate::quantity::{Duration, Whole};
use crate::topology::Tls;

/// The number of a port.
pub type PortNumber = Whole<1, 65535>;

/// What a Temporal topology is and where it runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// The version of this format.
    #[serde(rename = "apiVersion")]
    #[schemars(required)]
    pub api_version: Option<ApiVersion>,
    /// The kind of document.
    #[schemars(required)]
    pub kind: Option<Kind>,
    /// What this profile is called; its state and everything it creates carry the name.
    #[schemars(required, with = "Name")]
    pub name: Option<Spanned<Name>>,
    /// Another profile of the same folder, whose values hold where this one says nothing. Maps
    /// merge, lists replace; a choice such as `backend` is replaced when another one is made.
    /// `name` and `description` are not passed on.
    #[schemars(with = "Option<Name>")]
    pub extends: Option<Spanned<Name>>,
    /// What it is for, in a sentence.
    pub description: Option<String>,
    /// The Temporal cluster.
    pub temporal: Option<Temporal>,
    /// The database that Temporal stores its state in.
    #[serde(default, deserialize_with = "choice")]
    pub database: Option<Database>,
    /// Temporal's web console.
    pub web: Option<Web>,
    /// The application's worker.
    pub worker: Option<Worker>,
    /// The HTTP server that starts workflows.
    pub starter: Option<Starter>,
    /// Where all of it runs; not part of the topology's identity.
    #[serde(default, deserialize_with = "choice")]
    pub backend: Option<Backend>,
    /// What must have passed before this profile is promoted.
    pub promotion: Option<Promotion>,
}

/// The version of the profile format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first and only one.
    #[serde(rename = "harness/v1")]
    V1,
}

/// The kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// A profile.
    Profile,
}

/// The Temporal cluster.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Temporal {
    /// Version of the Temporal server.
    pub version: Option<Version>,
    /// Number of history shards; cannot change during the life of a database.
    pub history_shards: Option<Whole<1, 65536>>,
    /// The roles of the server, scaled one by one where the backend runs them apart.
    pub roles: Option<Roles>,
    /// Namespaces that exist once the topology is up. Default: `default`.
    #[schemars(with = "Option<Vec<Namespace>>", length(min = 1))]
    pub namespaces: Option<Spanned<Vec<Namespace>>>,
    /// Dynamic configuration of the server: key to value, or to a list of values with their
    /// constraints, as in the server's own file. Keys merge with those extended.
    pub dynamic_config: Option<DynamicConfig>,
    /// Pins the frontend's gRPC port, of its first replica; otherwise a free one is chosen.
    #[schemars(with = "Option<PortNumber>")]
    pub port: Option<Spanned<PortNumber>>,
    /// How long each role may take to become ready. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
}

/// The roles of a Temporal server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Roles {
    /// The gateway that clients and workers talk to.
    pub frontend: Option<Role>,
    /// Keeps the workflows' state.
    pub history: Option<Role>,
    /// Hands tasks to workers.
    pub matching: Option<Role>,
    /// Runs Temporal's own workflows.
    pub worker: Option<Role>,
}

/// One role of a Temporal server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Role {
    /// How many of it run. Default: 1.
    pub replicas: Option<Replicas>,
}

/// A namespace.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Namespace {
    /// Its name, unique in the list.
    #[schemars(with = "NamespaceName")]
    pub name: Spanned<NamespaceName>,
    /// How long closed workflows are kept: an hour or more, and 36500 days at most.
    /// Default: `3d`.
    #[schemars(with = "Option<Duration>")]
    pub retention: Option<Spanned<Duration>>,
}

/// The kinds of database.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Database {
    /// MySQL, or what stands in for it where the backend says so.
    Mysql(Mysql),
}

/// A MySQL database.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mysql {
    /// Version of MySQL.
    #[schemars(with = "Option<Version>")]
    pub version: Option<Spanned<Version>>,
    /// MySQL's `max_connections`: at most 100000, as MySQL has it. Default: 500.
    #[schemars(with = "Option<Whole<1, 100_000>>")]
    pub max_connections: Option<Spanned<Whole<1, 100_000>>>,
    /// Whether connections are encrypted. Default: `required`.
    #[schemars(with = "Option<Tls>")]
    pub tls: Option<Spanned<Tls>>,
    /// How long it may take to become ready. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
}

/// Temporal's web console.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Web {
    /// Version of the web console.
    pub version: Option<Version>,
    /// Pins its port; otherwise a free one is chosen.
    #[schemars(with = "Option<PortNumber>")]
    pub port: Option<Spanned<PortNumber>>,
    /// How long it may take to become ready. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
}

/// The application's worker.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Worker {
    /// How many of it run. Default: 1.
    pub replicas: Option<Replicas>,
    /// The task queue that it polls.
    pub task_queue: Option<TaskQueueName>,
    /// How to run it.
    #[serde(default, deserialize_with = "choice")]
    pub run: Option<Run>,
    /// Environment variables for it, besides those that tell it where Temporal is. Names merge
    /// with those extended.
    pub environment: Option<BTreeMap<EnvironmentName, Text>>,
    /// How long a replica may take to become ready; building it is not counted. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
    /// How long a replica may take to finish what is under way after SIGTERM, before SIGKILL.
    /// Default: `30s`.
    #[schemars(with = "Option<Duration>")]
    pub termination_grace_period: Option<Spanned<Duration>>,
}

/// Where the program of a worker comes from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Run {
    /// The folder of a Cargo package whose binary `worker` is built and run; where containers are
    /// run and it has a `Dockerfile` and no `Cargo.toml`, the image that is built from that.
    Build(FilePath),
    /// A program and its arguments, in any language; for backends that run processes.
    Command(#[schemars(with = "Vec<Text>", length(min = 1))] Spanned<Vec<Text>>),
    /// A container image, in any language; for backends that run containers.
    Image(Image),
}

/// The HTTP server that starts workflows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Starter {
    /// Where it lives. Default: `in-worker`.
    pub mode: Option<StarterMode>,
    /// Pins its port, of the first replica; otherwise a free one is chosen.
    #[schemars(with = "Option<PortNumber>")]
    pub port: Option<Spanned<PortNumber>>,
}

/// Where the starter lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StarterMode {
    /// In the process of each worker replica, which answers `/ping` there.
    #[default]
    InWorker,
    /// Nowhere: the worker serves no HTTP.
    Off,
}

/// The places a topology can run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Backend {
    /// The first of `k3d` and `process` that this machine can run.
    Local(Local),
    /// Child processes of this machine.
    Process(Process),
    /// A local Kubernetes cluster in containers, with MySQL in a container beside it.
    K3d(K3d),
    /// A model in virtual time: nothing runs.
    Simulated(Simulated),
    /// A cluster of AKS in Azure, on Azure Database for MySQL.
    Azure(Box<Azure>),
}

/// The choice among the places of this machine, with what holds for each of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Local {
    /// Where it is to be k3d.
    pub k3d: Option<K3d>,
    /// Where it is to be processes.
    pub process: Option<Process>,
}

/// The backend of a local Kubernetes cluster, made by k3d.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct K3d {
    /// How many nodes run the control plane. Default: 1.
    pub servers: Option<Whole<1, 100>>,
    /// How many further nodes there are. Default: 0.
    pub agents: Option<Whole<0, 100>>,
    /// Version of Kubernetes, as the tag of the k3s image has it. Default: `1.34.3-k3s1`.
    pub kubernetes: Option<Version>,
}

/// The backend of child processes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Process {
    /// What runs Temporal. Default: `dev-server`.
    #[serde(default, deserialize_with = "choice")]
    pub engine: Option<Engine>,
}

/// What runs Temporal as processes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Engine {
    /// The development server of the Temporal CLI: all roles, the web console and an SQLite
    /// database in one process.
    DevServer(DevServer),
    /// The released server, one process per role and replica, on MySQL in a container.
    Server(Server),
}

/// The development server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DevServer {
    /// Path of the Temporal CLI; otherwise it is looked for, and fetched if need be.
    pub cli: Option<FilePath>,
}

/// The released server as processes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Server {}

/// The simulated backend.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Simulated {}

/// What must have passed before a profile is promoted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Promotion {
    /// Scenario files whose verdict must be a pass on the same topology.
    pub require: Option<Vec<FilePath>>,
    /// How old such a verdict may be. Default: `24h`.
    #[schemars(with = "Option<Duration>")]
    pub max_age: Option<Spanned<Duration>>,
}
