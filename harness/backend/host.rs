//! Where replicas live: processes of this machine, containers of a Docker engine, pods of a cluster.
//! A place has one host or several side by side, which a pair of them stands for.

use std::collections::BTreeMap;
use std::time::Duration;

use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use model::topology::WorkerBuild;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::place::{Endpoint, Log};
use super::vitals::Vitals;

/// A host of replicas.
#[expect(
    async_fn_in_trait,
    reason = "callers are generic and never spawn these futures"
)]
pub trait Host {
    /// Which replicas live and how those ended that do not, looked at once, within a bounded time.
    async fn vitals(&self) -> Vitals;

    /// The last lines that a replica wrote since it was started, or in the life of that name; not
    /// of any launch before. Looked for within a bounded time; `None` where it has no log here.
    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail>;

    /// The log files that there are.
    async fn logs(&self) -> Vec<Log>;

    /// Brings the log files up to date where logs are kept elsewhere, such as in a cluster; with
    /// `follow`, goes on doing so until that is cancelled.
    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), Error>;

    /// The addresses to connect to.
    async fn endpoints(&self) -> Vec<Endpoint>;

    /// CPU time that each living replica has used since its start, where the host can tell.
    async fn usage(&self) -> BTreeMap<String, Duration>;

    /// What the host can tell about a resource that failed, besides the end of its log: events,
    /// descriptions, other logs. Written below the state folder; the answer is where.
    async fn evidence(&self, _: &ResourceId) -> Option<Utf8PathBuf> {
        None
    }

    /// Which build of the worker runs, where that is known of all its replicas.
    async fn worker_build(&self) -> Option<WorkerBuild> {
        None
    }

    /// How the MySQL server is reached that lives here; `None` where there is none.
    async fn database(&self) -> Result<Option<mysql::Access>, Error> {
        Ok(None)
    }

    /// For how long after a command was killed the host may still be busy with what it was asked
    /// for: a Docker engine finishes the creation of a container that nobody waits for any more.
    fn lingers(&self) -> Duration {
        Duration::ZERO
    }
}

/// Two hosts side by side. Where one answer is enough, that of the first comes first.
impl<A: Host, B: Host> Host for (A, B) {
    async fn vitals(&self) -> Vitals {
        let (mut vitals, others) = tokio::join!(self.0.vitals(), self.1.vitals());
        vitals.join(others);
        vitals
    }

    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        match self.0.last_words(replica, life).await {
            Some(words) => Some(words),
            None => self.1.last_words(replica, life).await,
        }
    }

    async fn logs(&self) -> Vec<Log> {
        let (mut logs, others) = tokio::join!(self.0.logs(), self.1.logs());
        logs.extend(others);
        logs
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), Error> {
        // What one host cannot do keeps nobody from the logs of the other.
        let (one, other) = tokio::join!(self.0.collect_logs(follow), self.1.collect_logs(follow));
        one.and(other)
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        let (mut endpoints, others) = tokio::join!(self.0.endpoints(), self.1.endpoints());
        endpoints.extend(others);
        endpoints
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        let (mut usage, others) = tokio::join!(self.0.usage(), self.1.usage());
        usage.extend(others);
        usage
    }

    async fn evidence(&self, id: &ResourceId) -> Option<Utf8PathBuf> {
        match self.0.evidence(id).await {
            Some(evidence) => Some(evidence),
            None => self.1.evidence(id).await,
        }
    }

    async fn worker_build(&self) -> Option<WorkerBuild> {
        match self.0.worker_build().await {
            Some(build) => Some(build),
            None => self.1.worker_build().await,
        }
    }

    async fn database(&self) -> Result<Option<mysql::Access>, Error> {
        match self.0.database().await? {
            Some(access) => Ok(Some(access)),
            None => self.1.database().await,
        }
    }

    fn lingers(&self) -> Duration {
        self.0.lingers().max(self.1.lingers())
    }
}
