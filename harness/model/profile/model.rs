//! A profile as it is written. Every key is optional, because a file may get it from the profile
//! that it extends. The doc comments here are the descriptions in `profiles/profile.schema.json`:
//! each key has its meaning, unit, bounds and default.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::azure::model::Azure;
use super::dynamic_config::DynamicConfig;
use super::existing::model::Existing;
use super::run;
use super::scalar::{
    EnvironmentName, FilePath, Image, Name, NamespaceName, TaskQueueName, Text, Version, WorkerName,
};
pub use super::scalar::{Replicas, WorkerReplicas};
use super::variable::Variable;
use crate::document::choice;
use crate::quantity::{Duration, Whole};
use crate::topology::Tls;

/// A port number.
pub type PortNumber = Whole<1, 65535>;

/// A Temporal topology and the backend that it runs on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// Version of this format: `harness/v1`. Required in every file.
    #[serde(rename = "apiVersion")]
    #[schemars(required)]
    pub api_version: Option<ApiVersion>,
    /// Kind of document: `Profile`. Required in every file.
    #[schemars(required)]
    pub kind: Option<Kind>,
    /// Name of this profile. The state folder and all resources that the harness creates carry it.
    /// 1 to 32 lowercase letters, digits and `-`, with no `-` at the start or end. Required in
    /// every file.
    #[schemars(required, with = "Name")]
    pub name: Option<Spanned<Name>>,
    /// Name of another profile in the same folder. Its values apply where this file has none. Maps
    /// are merged, and lists are replaced. A choice such as `backend` is merged with the same
    /// choice and replaced by another one. `name` and `description` are not inherited. Default:
    /// none.
    #[schemars(with = "Option<Name>")]
    pub extends: Option<Spanned<Name>>,
    /// Purpose of this profile, in one sentence. Default: none.
    pub description: Option<String>,
    /// The Temporal cluster. Required, because `version` and `history-shards` have no default.
    pub temporal: Option<Temporal>,
    /// The database that stores the state of Temporal. Required.
    #[serde(default, deserialize_with = "choice")]
    pub database: Option<Database>,
    /// Temporal's web console. Required, because `version` has no default.
    pub web: Option<Web>,
    /// The application's worker. Required unless there are `workers`, because `task-queue` has no
    /// default.
    pub worker: Option<Worker>,
    /// Several workers, by name, at least one. They replace the `worker` of the extended profile.
    /// Default: one `worker`.
    #[schemars(with = "Option<BTreeMap<WorkerName, Worker>>")]
    pub workers: Option<Spanned<BTreeMap<WorkerName, Worker>>>,
    /// The HTTP server that starts workflows. Default: a starter in each worker replica, on a free
    /// port.
    pub starter: Option<Starter>,
    /// The backend that the topology runs on. It is not part of the topology's digest. Required.
    #[serde(default, deserialize_with = "choice")]
    pub backend: Option<Backend>,
    /// Conditions for promoting this profile. Default: no required scenarios.
    pub promotion: Option<Promotion>,
}

/// Version of the profile format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The only version.
    #[serde(rename = "harness/v1")]
    V1,
}

/// Kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// A profile.
    Profile,
}

/// The Temporal cluster.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Temporal {
    /// Version of the Temporal server, such as `1.32.0`. Required.
    pub version: Option<Version>,
    /// Number of history shards, 1 to 65536. It cannot change during the life of a database.
    /// Required.
    pub history_shards: Option<Whole<1, 65536>>,
    /// Number of replicas of each server role. It has no effect where all roles run in one process.
    /// Default: one replica of each role.
    pub roles: Option<Roles>,
    /// Temporal namespaces that the harness creates, at least one. The worker polls the first one.
    /// Default: one namespace, `default`.
    #[schemars(with = "Option<Vec<Namespace>>", length(min = 1))]
    pub namespaces: Option<Spanned<Vec<Namespace>>>,
    /// Dynamic configuration of the server. Each key has a value, or a list of values with
    /// constraints as in the server's own file. Keys are merged with those of the extended profile,
    /// ignoring case. Default: none.
    pub dynamic_config: Option<DynamicConfig>,
    /// gRPC port of the first frontend replica, 1 to 65535. Default: a free port.
    #[schemars(with = "Option<PortNumber>")]
    pub port: Option<Spanned<PortNumber>>,
    /// Maximum time until a replica of a server role is ready, `1ms` to `1d`. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
}

/// The roles of a Temporal server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Roles {
    /// The gateway for clients and workers. Default: one replica.
    pub frontend: Option<Role>,
    /// Stores and advances the state of workflows. Default: one replica.
    pub history: Option<Role>,
    /// Hosts task queues and dispatches tasks to workers. Default: one replica.
    pub matching: Option<Role>,
    /// Runs Temporal's internal workflows. Default: one replica.
    pub worker: Option<Role>,
}

/// One role of a Temporal server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Role {
    /// Number of replicas, 1 to 1000. Default: 1.
    pub replicas: Option<Replicas>,
}

/// A Temporal namespace.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Namespace {
    /// Name, unique in the list: 1 to 200 printable ASCII characters without spaces.
    /// `temporal-system` is reserved. Required.
    #[schemars(with = "NamespaceName")]
    pub name: Spanned<NamespaceName>,
    /// How long the server keeps closed workflows, `1h` to `36500d`. Default: `3d`.
    #[schemars(with = "Option<Duration>")]
    pub retention: Option<Spanned<Duration>>,
}

/// The database of Temporal.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Database {
    /// MySQL. Temporal's development server uses SQLite instead.
    Mysql(Mysql),
}

/// A MySQL database.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mysql {
    /// Version of MySQL, such as `"8.4"`. In Azure it must be `"8.4"`. Required.
    #[schemars(with = "Option<Version>")]
    pub version: Option<Spanned<Version>>,
    /// MySQL's `max_connections`, 1 to 100000. In Azure, the SKU may allow fewer. Default: 500.
    #[schemars(with = "Option<Whole<1, 100_000>>")]
    pub max_connections: Option<Spanned<Whole<1, 100_000>>>,
    /// Whether connections to the database are encrypted. In Azure it must be `required`. Default:
    /// `required`.
    #[schemars(with = "Option<Tls>")]
    pub tls: Option<Spanned<Tls>>,
    /// Maximum time until the database is ready, `1ms` to `1d`. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
}

/// Temporal's web console.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Web {
    /// Version of the web console, such as `2.54.1`. Required.
    pub version: Option<Version>,
    /// HTTP port of the web console, 1 to 65535. Default: a free port.
    #[schemars(with = "Option<PortNumber>")]
    pub port: Option<Spanned<PortNumber>>,
    /// Maximum time until the web console is ready, `1ms` to `1d`. Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
}

/// The application's worker.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Worker {
    /// Number of replicas, 1 to 1000. Backend `existing` allows 0: somebody else runs the worker.
    /// Default: 1.
    #[schemars(with = "Option<WorkerReplicas>")]
    pub replicas: Option<Spanned<WorkerReplicas>>,
    /// Task queue that the worker polls: 1 to 200 characters without spaces. It must not start with
    /// `/_sys/` or `temporal-sys-`. Required.
    pub task_queue: Option<TaskQueueName>,
    /// Where the program of the worker comes from. Default: `built-in`.
    #[serde(default, deserialize_with = "choice")]
    pub run: Option<Run>,
    /// Additional environment variables, each a string or the place of a secret:
    /// `{secret-file: PATH}` or `{secret-variable: NAME}`. The harness also sets the variables for
    /// the address of Temporal. Names are merged with those of the extended profile. Default: none.
    pub environment: Option<BTreeMap<EnvironmentName, Variable>>,
    /// Names of other `workers` that must be ready before this one starts. Default: none.
    #[schemars(with = "Option<Vec<WorkerName>>")]
    pub needs: Option<Vec<Spanned<WorkerName>>>,
    /// Maximum time until a replica is ready, without the time of the build, `1ms` to `1d`.
    /// Default: `3m`.
    #[schemars(with = "Option<Duration>")]
    pub ready_timeout: Option<Spanned<Duration>>,
    /// Time between SIGTERM and SIGKILL, in which a replica can finish its tasks, `0s` to `1d`.
    /// Default: `30s`.
    #[schemars(with = "Option<Duration>")]
    pub termination_grace_period: Option<Spanned<Duration>>,
}

/// Where the program of a worker comes from.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = run::one_of)]
pub enum Run {
    /// The example worker that is part of the harness, as a process or as an image.
    BuiltIn,
    /// Folder of a Cargo package. The harness builds and runs its binary `worker`. If the folder
    /// has a `Dockerfile` and no `Cargo.toml`, backends that run containers build the image from
    /// the `Dockerfile`.
    Build(FilePath),
    /// Reference of a container image, in any language. Only for backends that run containers.
    Image(Image),
    /// A program in any language. Only for backends that run processes.
    #[serde(untagged)]
    Command(Command),
}

/// The command of a worker.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Command {
    /// A program in any language, with its arguments; at least one item. Only for backends that run
    /// processes.
    #[schemars(with = "Vec<Text>", length(min = 1))]
    pub command: Spanned<Vec<Text>>,
    /// A program with its arguments that `up` and `test` run before they start the worker, such as
    /// a compiler; at least one item. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<Text>>", length(min = 1))]
    pub prepare: Option<Spanned<Vec<Text>>>,
}

/// The HTTP server that starts workflows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Starter {
    /// Where the starter runs. Default: `in-worker`.
    pub mode: Option<StarterMode>,
    /// Name of the one of several `workers` that has the starter. Required with several workers,
    /// unless `mode` is `off`.
    #[schemars(with = "Option<WorkerName>")]
    pub worker: Option<Spanned<WorkerName>>,
    /// HTTP port of the starter in the first worker replica, 1 to 65535. Default: a free port.
    #[schemars(with = "Option<PortNumber>")]
    pub port: Option<Spanned<PortNumber>>,
}

/// Where the starter runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StarterMode {
    /// In the process of each worker replica. A replica is ready when `/ping` answers.
    #[default]
    InWorker,
    /// There is no starter: the worker serves no HTTP.
    Off,
}

/// The backend that a topology runs on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Backend {
    /// `k3d` if this machine can run it, else `process`.
    Local(Local),
    /// Child processes on this machine.
    Process(Process),
    /// A local Kubernetes cluster in containers, with MySQL in a container next to it.
    K3d(K3d),
    /// A simulation in virtual time. No processes run.
    Simulated(Simulated),
    /// An AKS cluster in Azure with Azure Database for MySQL.
    Azure(Box<Azure>),
    /// A Temporal cluster that exists already. Only workers run here, as child processes.
    Existing(Box<Existing>),
}

/// Settings for each backend of this machine. The harness chooses the backend.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Local {
    /// Settings if the harness chooses k3d. Default: the defaults of `k3d`.
    pub k3d: Option<K3d>,
    /// Settings if the harness chooses processes. Default: the defaults of `process`.
    pub process: Option<Process>,
}

/// A local Kubernetes cluster that k3d creates.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct K3d {
    /// Number of control plane nodes, 1 to 100. Default: 1.
    pub servers: Option<Whole<1, 100>>,
    /// Number of additional nodes, 0 to 100. Default: 0.
    pub agents: Option<Whole<0, 100>>,
    /// Version of Kubernetes, as in the tag of the k3s image. Default: `1.34.3-k3s1`.
    pub kubernetes: Option<Version>,
}

/// Child processes on this machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Process {
    /// The program that runs Temporal. Default: `dev-server`.
    #[serde(default, deserialize_with = "choice")]
    pub engine: Option<Engine>,
}

/// The program that runs Temporal as processes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Engine {
    /// The development server of the Temporal CLI: all roles, the web console and an SQLite
    /// database in one process.
    DevServer(DevServer),
    /// The released server: one process per role and replica, and MySQL in a container.
    Server(Server),
}

/// The development server of the Temporal CLI.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DevServer {
    /// Path of the Temporal CLI. Default: the harness searches for it, and downloads it if it does
    /// not find it.
    pub cli: Option<FilePath>,
}

/// The released Temporal server as processes. It has no settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Server {}

/// The simulated backend. It has no settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Simulated {}

/// Conditions for promoting a profile.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Promotion {
    /// Scenarios that must have passed on the same topology: names, or paths of files. Default: none.
    pub require: Option<Vec<FilePath>>,
    /// Maximum age of such a verdict, `1s` to `36500d`. Default: `24h`.
    #[schemars(with = "Option<Duration>")]
    pub max_age: Option<Spanned<Duration>>,
}
