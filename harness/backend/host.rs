//! What replicas run on: processes of this machine, containers of a Docker engine, pods of a
//! cluster. A place has one host or several. A pair of hosts is a host.

use std::collections::BTreeMap;
use std::time::Duration;

use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use model::topology::WorkerBuilds;
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
    /// Which replicas live, and how the others ended. Looks once, within a bounded time.
    async fn vitals(&self) -> Vitals;

    /// The last lines that a replica wrote since it was started, or in the given life. Lines of
    /// earlier launches are left out. Bounded in time. `None` if the replica has no log here.
    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail>;

    /// The log files that exist.
    async fn logs(&self) -> Vec<Log>;

    /// Updates the log files if the logs are kept elsewhere, such as in a cluster. With `follow`,
    /// continues until that token is cancelled.
    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), Error>;

    /// The addresses to connect to.
    async fn endpoints(&self) -> Vec<Endpoint>;

    /// The CPU time that each living replica has used since its start, if the host can tell.
    async fn usage(&self) -> BTreeMap<String, Duration>;

    /// Writes below the state folder what the host knows about a failed resource besides the end of
    /// its log: events, descriptions, other logs. Returns the path.
    async fn evidence(&self, _: &ResourceId) -> Option<Utf8PathBuf> {
        None
    }

    /// The build of each worker, where it is known and the same for all replicas.
    async fn worker_builds(&self) -> WorkerBuilds {
        WorkerBuilds::default()
    }

    /// How to reach the MySQL server that runs on this host. `None` if there is none.
    async fn database(&self) -> Result<Option<mysql::ConnectOptions>, Error> {
        Ok(None)
    }

    /// How long the host may still work on a request after the command that sent it was killed. For
    /// example, a Docker engine finishes creating a container even if no client waits for it.
    fn settling_time(&self) -> Duration {
        Duration::ZERO
    }
}

/// Two hosts. Where one answer is enough, the first host's answer wins.
impl<A: Host, B: Host> Host for (A, B) {
    async fn vitals(&self) -> Vitals {
        let (mut vitals, others) = tokio::join!(self.0.vitals(), self.1.vitals());
        vitals.join(others);
        vitals
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        match self.0.log_tail(replica, life).await {
            Some(words) => Some(words),
            None => self.1.log_tail(replica, life).await,
        }
    }

    async fn logs(&self) -> Vec<Log> {
        let (mut logs, others) = tokio::join!(self.0.logs(), self.1.logs());
        logs.extend(others);
        logs
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), Error> {
        // A failure of one host must not hide the logs of the other.
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

    async fn worker_builds(&self) -> WorkerBuilds {
        let (one, other) = tokio::join!(self.0.worker_builds(), self.1.worker_builds());
        let mut builds = other.0;
        builds.extend(one.0);
        WorkerBuilds(builds)
    }

    async fn database(&self) -> Result<Option<mysql::ConnectOptions>, Error> {
        match self.0.database().await? {
            Some(access) => Ok(Some(access)),
            None => self.1.database().await,
        }
    }

    fn settling_time(&self) -> Duration {
        self.0.settling_time().max(self.1.settling_time())
    }
}
