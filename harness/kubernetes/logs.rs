//! Logs of pods as files, as other backends have them.

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

/// How often new pods are looked for while logs are followed.
const LOOK: Duration = Duration::from_secs(1);

/// How long a node may be away when it is asked for a log, and how often it is asked again.
const AWAY: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(250);

/// The present run of the container of a pod, or the last one while none has begun since.
struct Run {
    pod: String,
    /// The restarts before it.
    restarts: i32,
    /// Whether the cluster also has the log of the run before it: while none is at work, it calls
    /// the last one the present and the one before.
    has_before: bool,
}

impl Cluster {
    /// Writes the logs of all pods to `folder/POD.log`, that of the container before the present
    /// one included; with `follow`, goes on, with pods that come later too. Files of pods that are
    /// gone stay as they are.
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

    /// The log files that `collect_logs` writes; also of pods, and of clusters, that are gone.
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
            // Where another command follows it, that one writes it.
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

    /// The log of a pod; empty where there is none any more, as of a container before the last.
    pub(super) async fn log_of(&self, pod: &str, previous: bool) -> String {
        let wanted = LogParams {
            previous,
            ..LogParams::default()
        };
        let pods = self.pods();
        let text = call("read a log", pods.logs(pod, &wanted)).await;
        text.unwrap_or_default()
    }

    /// Reads a log that matters. The API server asks the node for it, which cannot be asked while
    /// the cluster has only just begun, and does not answer at once where it has much to do.
    pub(super) async fn insist_on_log(
        &self,
        pod: &str,
        wanted: &LogParams,
    ) -> Result<String, Error> {
        let started = Instant::now();
        loop {
            let pods = self.pods();
            match call("read a log", pods.logs(pod, wanted)).await {
                Err(Error::Call { source, .. })
                    if !source.is_refusal() && started.elapsed() < AWAY =>
                {
                    sleep(AGAIN).await;
                }
                read => return read,
            }
        }
    }

    /// Follows each run of each container in a task of its own, until it ends or is to stop.
    async fn follow_logs(&self, folder: &Utf8Path, stop: &CancellationToken) -> Result<(), Error> {
        let mut followed: BTreeMap<String, (i32, LogFile)> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        loop {
            // The cluster may be away for a moment: that is what is being tested.
            let pods = self.pods_of(None).await.unwrap_or_default();
            for run in pods.iter().filter_map(present) {
                let path = file_of(folder, &run.pod);
                if let Some((known, _)) = followed.get_mut(&run.pod) {
                    if std::mem::replace(known, run.restarts) == run.restarts {
                        continue;
                    }
                } else if let Some(mut file) = LogFile::claim(&path)? {
                    // What an earlier command has written is written again, as of now.
                    file.replace(self.log_before(&run).await.as_bytes())?;
                    followed.insert(run.pod.clone(), (run.restarts, file));
                } else {
                    // Another command follows it, until that ends.
                    continue;
                }
                tasks.spawn(follow(self.pods(), run.pod, path));
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(LOOK) => {}
            }
        }
        // What they have been sent they have written.
        tasks.shutdown().await;
        Ok(())
    }
}

/// Adds the log of a pod's present run to a file as it is written.
async fn follow(pods: Api<Pod>, pod: String, path: Utf8PathBuf) {
    let wanted = LogParams {
        follow: true,
        ..LogParams::default()
    };
    let copied = async {
        let mut file = tokio::fs::OpenOptions::new();
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

/// The present run of a pod's container, once it has begun.
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

/// The log files of a folder.
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
    fn a_log_file_names_its_pod_and_the_service_of_that() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = Utf8Path::from_path(folder.path()).expect("text");
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
