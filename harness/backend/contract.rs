//! The one trait, and the types in its signatures.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use base::causes::in_one_line;
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::{Action, Observed, Resource, ResourceId};
use model::topology::{ServiceName, Topology, WorkerBuild};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use temporal::Frontend;
use tokio_util::sync::CancellationToken;

use super::vitals::Vitals;
use crate::event::Events;
use crate::fault::{Capability, Effect, Injection, Undo};

/// Where a run took place: part of every verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// `process`, `k3d`, ...
    pub backend: String,
    /// What runs Temporal there, such as `dev-server`.
    pub engine: String,
    /// What stores its state there, such as `sqlite`.
    pub database: String,
}

/// An address that users and clients connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The service behind it.
    pub service: ServiceName,
    /// The replica that listens, or the service again where one address stands for all of its
    /// replicas.
    pub replica: String,
    /// The port's name.
    pub port: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The port that was wanted, where another had to be used.
    pub wanted: Option<u16>,
}

/// A log file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// The replica that writes it, such as `worker-0`.
    pub replica: String,
    /// The services that the replica stands for.
    pub services: Vec<String>,
    /// The file.
    pub path: Utf8PathBuf,
}

/// Whether a resource does its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It does.
    Ready,
    /// Not yet; the reason is for people.
    NotYet(String),
    /// It never will: waiting is over.
    Never(String),
}

impl Readiness {
    /// A look that failed: it says nothing of what was looked at, so that the next one may be right.
    pub fn unseen(error: &dyn std::error::Error) -> Self {
        Self::NotYet(in_one_line(error))
    }
}

/// A backend that could not do what it was asked: its own error, with ways out for the user.
#[derive(Debug)]
pub struct Error {
    own: Box<dyn std::error::Error + Send + Sync>,
    /// What the user can do.
    pub hints: Vec<String>,
    /// What has to change.
    pub blame: Blame,
    /// Whether the same command may succeed later although what it asks for is the same.
    pub may_pass: bool,
}

/// What has to change for an error not to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blame {
    /// Something about the place: it may be well the next time.
    #[default]
    Place,
    /// The profile: it asks for what cannot be, here or at all.
    Profile,
    /// Who may do what: credentials, rights, or whose something is.
    Leave,
    /// Nothing: the user asked to stop.
    Interruption,
}

impl Error {
    /// Wraps a backend's own error; shows as that error does, with its causes.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            own: error.into(),
            hints: Vec::new(),
            blame: Blame::default(),
            may_pass: true,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.own.fmt(out)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.own.source()
    }
}

/// How a place may provide itself with what it needs.
#[derive(Debug, Clone, Copy)]
pub struct Provision<'a> {
    /// Whether anything may be fetched.
    pub fetch: Fetch,
    /// Told of progress.
    pub events: &'a Events,
    /// Cancelled when the user asks to stop.
    pub cancel: &'a CancellationToken,
}

/// Whether preparing may take from elsewhere what is not on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// Download and build what is missing.
    Missing,
    /// Only look, for a plan that is not carried out.
    Nothing,
}

/// A place that can run a topology.
///
/// Implementers promise that `apply` may be repeated after a crash at any point of it, and that
/// `observe` sees everything that any earlier `apply` may have left.
#[expect(
    async_fn_in_trait,
    reason = "callers are generic and never spawn these futures"
)]
pub trait Backend {
    /// The Temporal frontend it gives access to.
    type Frontend: Frontend;

    /// Where this is.
    fn place(&self) -> Place;

    /// Fetches what the topology needs here and is no part of it, such as programs and images,
    /// and assigns addresses.
    async fn prepare(&mut self, topology: &Topology, provision: Provision<'_>)
    -> Result<(), Error>;

    /// The resources that make up the topology here; after `prepare`.
    fn desire(&self, topology: &Topology) -> Vec<Resource>;

    /// The names of the resources that make up the topology here, without anything having been
    /// prepared: those that [`Self::desire`] says once it was.
    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, Error>;

    /// The resources that exist, alive or dead. `named` are those that the journal knows: one of
    /// them that a crash may have left half made counts as dead.
    async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, Error>;

    /// Creates, replaces or removes one resource.
    async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), Error>;

    /// Checks once, within a bounded time, whether a resource does its job.
    async fn ready(&self, id: &ResourceId) -> Readiness;

    /// The log files that there are.
    async fn logs(&self) -> Vec<Log>;

    /// Brings the log files up to date where logs are kept elsewhere, such as in a cluster; with
    /// `follow`, goes on doing so until that is cancelled.
    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), Error>;

    /// Which replicas live and how those ended that do not, looked at once, within a bounded time.
    async fn vitals(&self) -> Vitals;

    /// The last lines that a replica wrote since it was started, or in the life of that name; not
    /// of any launch before. Looked for within a bounded time; `None` where no log of it is to be
    /// had.
    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail>;

    /// What the place can tell about a resource that failed, besides the end of its log: events,
    /// descriptions, other logs. Written below the state folder; the answer is where.
    async fn evidence(&self, id: &ResourceId) -> Option<Utf8PathBuf>;

    /// The addresses to connect to.
    async fn endpoints(&self) -> Vec<Endpoint>;

    /// A client of the running cluster's frontend.
    async fn frontend(&self) -> Result<Self::Frontend, Error>;

    /// How to reach the MySQL server behind the cluster; `None` where there is none.
    async fn database(&self) -> Result<Option<mysql::Access>, Error>;

    /// The faults that this place can express on that topology.
    fn faults(&self, topology: &Topology) -> Vec<Capability>;

    /// CPU time that each living replica has used since its start, where the place can tell.
    async fn usage(&self) -> BTreeMap<String, Duration>;

    /// How `injection` will be undone; nothing is done yet.
    async fn undo(&self, injection: &Injection) -> Result<Undo, Error>;

    /// Injects a fault and observes its effect.
    async fn inject(&self, injection: &Injection) -> Result<Effect, Error>;

    /// Undoes an injection and waits until what was killed does its own job again; harmless when
    /// repeated. Another fault may still be open: whether the whole serves is for [`Self::serves`].
    async fn heal(&self, undo: &Undo) -> Result<(), Error>;

    /// Checks once, within a bounded time, whether a workflow can be started on every history shard:
    /// ready as well where nothing is up any more, or where nobody can say who would be asked.
    async fn serves(&self) -> Readiness;

    /// Which build of the worker runs, where that is known of all its replicas.
    async fn worker_build(&self) -> Option<WorkerBuild> {
        None
    }

    /// Whether a resource stays when the topology is taken down, such as a namespace in a database
    /// that is kept.
    fn outlives(&self, id: &ResourceId) -> bool;

    /// Whether a topology comes here by promotion only, and goes by word of its owner only: others
    /// find it as it is, or not at all.
    fn is_promoted_to(&self) -> bool {
        false
    }

    /// For how long after a command was killed its place may still be busy with what it was asked
    /// for: a Docker engine finishes the creation of a container that nobody waits for any more.
    fn lingers(&self) -> Duration {
        Duration::ZERO
    }

    /// From now on waits for nothing that can be forced, such as the end of a replica.
    fn hurry(&self);

    /// After everything was removed: ends whatever else carries the mark of this topology, and
    /// names, for people, what would not go.
    async fn sweep(&self) -> Vec<String>;
}
