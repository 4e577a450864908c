//! Logs of pods as files, as in other backends.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::Log;
use base::log_file::LogFile;
use camino::{Utf8Path, Utf8PathBuf};
use futures_util::AsyncReadExt as _;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::Api;
use kube::api::LogParams;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Cluster;
use super::cluster::call;
use super::error::Error;

/// How often to look for new pods while logs are followed.
const POLL: Duration = Duration::from_secs(1);

/// How long a node may be unavailable when its log is requested, and how often to retry.
const NODE_DEADLINE: Duration = Duration::from_secs(10);
const NODE_RETRY: Duration = Duration::from_millis(250);

/// The current run of a pod's container, or the last one if no run has begun since.
struct Run {
    pod: String,
    /// The number of restarts before it.
    restarts: i32,
    /// Whether the cluster also has the log of the run before it. While no run is active, the
    /// cluster returns the last run both as the current and as the previous one.
    has_before: bool,
}

impl Cluster {
    /// Writes the logs of all pods to `folder/POD.log`, including the log of the previous
    /// container. With `follow`, continues, also with new pods. Keeps the files of pods that no
    /// longer exist.
    pub async fn collect_logs(
        &self,
        folder: &Utf8Path,
        follow: Option<&CancellationToken>,
    ) -> Result<(), backend::Error> {
        let collected = async {
            fs_err::create_dir_all(folder)?;
            match follow {
                Some(stop) => self.follow_logs(folder, stop).await,
                None => self.save_logs(folder).await,
            }
        };
        Ok(collected.await?)
    }

    /// The log files of `collect_logs`, including those of pods and clusters that no longer exist.
    pub fn logs(folder: &Utf8Path) -> Vec<Log> {
        log_files(folder)
    }

    async fn save_logs(&self, folder: &Utf8Path) -> Result<(), Error> {
        for pod in self.pods_of(None).await? {
            let Some(run) = present(&pod) else {
                continue;
            };
            let mut text = self.log_before(&run).await;
            text.push_str(&self.log_of(&run.pod, false).await);
            // If another command follows the log, that command writes the file.
            if let Some(mut file) = LogFile::claim(&file_of(folder, &run.pod))? {
                file.replace(text.as_bytes())?;
            }
        }
        Ok(())
    }

    /// The log of the run before this one.
    async fn log_before(&self, run: &Run) -> String {
        if !run.has_before {
            return String::new();
        }
        self.log_of(&run.pod, true).await
    }

    /// The log of a pod; empty if it no longer exists, as for a container before the last one.
    pub(super) async fn log_of(&self, pod: &str, previous: bool) -> String {
        let wanted = LogParams {
            previous,
            ..LogParams::default()
        };
        let pods = self.pods();
        let text = call("read a log", pods.logs(pod, &wanted)).await;
        text.unwrap_or_default()
    }

    /// Reads a required log with retries. The API server requests the log from the node, which is
    /// not possible just after the cluster has started, and is slow on a busy node.
    pub(super) async fn log_with_retries(
        &self,
        pod: &str,
        wanted: &LogParams,
    ) -> Result<String, Error> {
        let started = Instant::now();
        loop {
            let pods = self.pods();
            match call("read a log", pods.logs(pod, wanted)).await {
                Err(Error::Call { source, .. })
                    if !source.is_refusal() && started.elapsed() < NODE_DEADLINE =>
                {
                    sleep(NODE_RETRY).await;
                }
                read => return read,
            }
        }
    }

    /// Follows each run of each container in a separate task until it ends or `stop` is cancelled.
    async fn follow_logs(&self, folder: &Utf8Path, stop: &CancellationToken) -> Result<(), Error> {
        let mut followed: BTreeMap<String, (i32, LogFile)> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        loop {
            // The cluster may be unavailable for a moment, as part of a test.
            let pods = self.pods_of(None).await.unwrap_or_default();
            for run in pods.iter().filter_map(present) {
                let path = file_of(folder, &run.pod);
                if let Some((known, _)) = followed.get_mut(&run.pod) {
                    if std::mem::replace(known, run.restarts) == run.restarts {
                        continue;
                    }
                } else if let Some(mut file) = LogFile::claim(&path)? {
                    // Replaces what an earlier command has written.
                    file.replace(self.log_before(&run).await.as_bytes())?;
                    followed.insert(run.pod.clone(), (run.restarts, file));
                } else {
                    // Another command follows the log until that command ends.
                    continue;
                }
                tasks.spawn(follow(self.pods(), run.pod, path));
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(POLL) => {}
            }
        }
        // The tasks have written everything that they received.
        tasks.shutdown().await;
        Ok(())
    }
}

/// Appends the log of a pod's current run to a file as it is written.
async fn follow(pods: Api<Pod>, pod: String, path: Utf8PathBuf) {
    let wanted = LogParams {
        follow: true,
        ..LogParams::default()
    };
    let copied = async {
        let mut file = fs_err::tokio::OpenOptions::new();
        let mut file = file.append(true).open(&path).await?;
        let stream = pods.log_stream(&pod, &wanted).await;
        let mut stream = std::pin::pin!(stream.map_err(std::io::Error::other)?);
        let mut buffer = vec![0; 1 << 16];
        loop {
            match stream.read(&mut buffer).await? {
                0 => return std::io::Result::Ok(()),
                length => file.write_all(&buffer[..length]).await?,
            }
            file.flush().await?;
        }
    };
    if let Err(error) = copied.await {
        tracing::debug!(pod, %error, "the log ended");
    }
}

/// The current run of a pod's container, if one has begun.
fn present(pod: &Pod) -> Option<Run> {
    let statuses = pod.status.as_ref()?.container_statuses.as_ref()?;
    let container = statuses.first()?;
    let state = container.state.as_ref();
    let restarts = container.restart_count;
    has_begun(container).then_some(Run {
        pod: pod.metadata.name.clone()?,
        restarts,
        has_before: restarts > 0 && state.is_some_and(|state| state.waiting.is_none()),
    })
}

fn has_begun(container: &ContainerStatus) -> bool {
    let state = container.state.as_ref();
    state.is_some_and(|state| state.running.is_some() || state.terminated.is_some())
        || container.restart_count > 0
}

pub(super) fn file_of(folder: &Utf8Path, pod: &str) -> Utf8PathBuf {
    folder.join(format!("{pod}.log"))
}

/// The log files in a folder.
fn log_files(folder: &Utf8Path) -> Vec<Log> {
    let files = folder.read_dir_utf8().into_iter().flatten().flatten();
    let mut logs: Vec<Log> = files
        .filter_map(|file| {
            let pod = file.file_name().strip_suffix(".log")?;
            Some(Log {
                replica: pod.to_owned(),
                services: vec![service_of(pod)?.to_owned()],
                path: file.path().to_owned(),
            })
        })
        .collect();
    logs.sort_by(|one, other| one.replica.cmp(&other.replica));
    logs
}

/// The service of a pod: `temporal-history` of `temporal-history-6d5f8-x2vwq`.
fn service_of(pod: &str) -> Option<&str> {
    let (rest, _) = pod.rsplit_once('-')?;
    let (service, _) = rest.rsplit_once('-')?;
    Some(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_log_file_contains_the_pod_and_its_service() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("a UTF-8 path");
        for name in [
            "temporal-history-6d5f8-x2vwq.log",
            "schema-356a599e8d45-9xk2c.log",
            "worker-77b-aaaaa.txt",
            "stray.log",
        ] {
            fs_err::write(folder.join(name), "").expect("written");
        }
        let logs = log_files(folder);
        let lines: Vec<String> = logs
            .iter()
            .map(|log| format!("{} of {}", log.replica, log.services.join(" ")))
            .collect();
        assert_eq!(
            lines,
            [
                "schema-356a599e8d45-9xk2c of schema",
                "temporal-history-6d5f8-x2vwq of temporal-history",
            ]
        );
    }
}
