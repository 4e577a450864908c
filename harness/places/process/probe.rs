//! Readiness checks of a process over the network.

use std::net::SocketAddr;
use std::sync::{LazyLock, OnceLock};

use backend::Readiness;
use backend::probe::{DEADLINE, http_ok, process_in, serving};
use backend::state::Directory;
use serde::{Deserialize, Serialize};
use temporal::{Client, Poller, TaskKind, WorkerSeen};
use tokio::net::TcpStream;

use super::liveness::PidFile;
use super::site::Site;
use crate::census::marked;

/// A readiness condition with its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// A TCP connection is accepted.
    TcpAccepts { address: SocketAddr },
    /// The gRPC health check of the frontend says SERVING.
    GrpcServing { address: SocketAddr },
    /// The gRPC health check of another role says SERVING.
    RoleServing {
        address: SocketAddr,
        /// The role, such as `history`.
        role: String,
    },
    /// An HTTP GET answers 200.
    HttpOk { url: String },
    /// This replica polls the task queue.
    TaskQueuePolled {
        /// The frontend to ask; `None` means the existing cluster of the place.
        frontend: Option<SocketAddr>,
        namespace: String,
        task_queue: String,
    },
}

/// The replica that is checked, for one check.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    state: &'a Directory,
    replica: &'a str,
    /// Its registered process.
    process: PidFile,
    /// All its processes. Found at the first need, since that reads the table of all processes.
    pids: OnceLock<Vec<i32>>,
    /// Whether workers of other machines use the same cluster. Its clock is another one then.
    is_shared: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(site: &'a Site, replica: &'a str, process: PidFile) -> Self {
        Self {
            state: &site.state,
            replica,
            process,
            pids: OnceLock::new(),
            is_shared: site.cluster().is_some(),
        }
    }

    /// Whether a process belongs to the replica: it is the registered one, or was started by it.
    fn has(&self, pid: i32) -> bool {
        pid == self.process.pid || self.pids().contains(&pid)
    }

    fn pids(&self) -> &[i32] {
        self.pids.get_or_init(|| {
            let marked = marked(self.state).into_iter();
            let ours = marked.filter(|marked| marked.replica == self.replica);
            ours.map(|marked| marked.pid).collect()
        })
    }

    /// Whether a poller belongs to the replica.
    pub(super) fn is_polling(&self, poller: &Poller) -> Polls {
        let started = i64::try_from(self.process.started).unwrap_or(i64::MAX);
        let fresh = poller
            .last_access
            .is_some_and(|at| at.as_second() >= started);
        match process_in(&poller.identity) {
            Some((_, host)) if self.is_shared && Some(host) != host_name() => Polls::Other,
            Some((pid, _)) if self.is_shared && self.has(pid) => Polls::Ours,
            _ if !fresh => Polls::Stale,
            None => Polls::Unknown,
            Some((pid, _)) if self.has(pid) => Polls::Ours,
            Some(_) => Polls::Other,
        }
    }

    /// Whether a worker says that it belongs to the replica.
    fn is(&self, worker: &WorkerSeen) -> bool {
        let process = process_in(&worker.identity);
        let is_here = process.is_none_or(|(_, host)| Some(host) == host_name());
        let pid = worker.pid.or(process.map(|(pid, _)| pid));
        (is_here || !self.is_shared) && pid.is_some_and(|pid| self.has(pid))
    }
}

/// Who a poller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polls {
    /// A process of the replica.
    Ours,
    /// Its identity names no process, so it may be of the replica.
    Unknown,
    /// Another process.
    Other,
    /// It has not polled since the replica was started. The server remembers pollers for minutes.
    Stale,
}

impl Polls {
    /// An identity that names no process may belong to any worker, so it counts.
    pub(super) fn may_be_ours(self) -> bool {
        matches!(self, Self::Ours | Self::Unknown)
    }
}

impl Check {
    pub(super) async fn look(&self, site: &Site, subject: &Subject<'_>) -> Readiness {
        let outcome = match self {
            Self::TcpAccepts { address } => accepts(*address).await,
            Self::GrpcServing { address } => serving(*address).await,
            Self::RoleServing { address, role } => role_serving(*address, role).await,
            Self::HttpOk { url } => http_ok(&site.http, url).await,
            Self::TaskQueuePolled {
                frontend,
                namespace,
                task_queue,
            } => polled(site, *frontend, namespace, task_queue, subject).await,
        };
        match outcome {
            Ok(()) => Readiness::Ready,
            Err(reason) => Readiness::NotYet(reason),
        }
    }
}

async fn accepts(address: SocketAddr) -> Result<(), String> {
    match tokio::time::timeout(DEADLINE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("connect to {address}: {error}")),
        Err(_) => Err(format!("connect to {address}: no answer")),
    }
}

async fn role_serving(address: SocketAddr, role: &str) -> Result<(), String> {
    let health = temporal::check_role(address, role, DEADLINE).await;
    health.map_err(|error| format!("{role} {address}: {error}"))
}

async fn polled(
    site: &Site,
    frontend: Option<SocketAddr>,
    namespace: &str,
    task_queue: &str,
    subject: &Subject<'_>,
) -> Result<(), String> {
    let client = site.client(frontend, namespace).await?;
    let failed = |error: temporal::Error| format!("task queue `{task_queue}`: {error}");
    let pollers = client
        .pollers(task_queue, TaskKind::Workflow, DEADLINE)
        .await;
    let pollers = pollers.map_err(failed)?;
    if pollers
        .iter()
        .any(|poller| subject.is_polling(poller).may_be_ours())
    {
        return Ok(());
    }
    let none = format!("task queue `{task_queue}` has no poller of this replica yet");
    let mut reported = reported(&client, subject).await.into_iter();
    Err(match reported.find(|other| other != task_queue) {
        Some(other) => format!("{none}; it polls `{other}`"),
        None => none,
    })
}

/// The task queues that the replica says it polls. Empty if its SDK does not report itself, or does
/// so later, or if the server is older than 1.29.
pub(super) async fn reported(client: &Client, subject: &Subject<'_>) -> Vec<String> {
    let workers = client.workers(DEADLINE).await.unwrap_or_default();
    let ours = workers.into_iter().filter(|worker| subject.is(worker));
    ours.map(|worker| worker.task_queue).collect()
}

/// The name of this machine.
fn host_name() -> Option<&'static str> {
    static NAME: LazyLock<Option<String>> =
        LazyLock::new(|| nix::unistd::gethostname().ok()?.into_string().ok());
    NAME.as_deref()
}
