//! One snapshot of the topology for all concurrent waits.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use kube::Api;
use kube::api::ListParams;
use tokio::time::Instant;

use super::cluster::{Cluster, call};
use super::error::Error;
use super::labels::{MANAGED_BY, MANAGER};
use super::snapshot::Snapshot;

/// How old a snapshot may be. Several groups are waited for at the same time, and each checks
/// twenty times a second, which would overload the API server of a small machine.
const FRESH: Duration = Duration::from_millis(100);

impl Cluster {
    /// A recent snapshot.
    pub(super) async fn snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        let mut seen = self.seen.lock().await;
        if let Some(snapshot) = seen
            .as_ref()
            .filter(|snapshot| snapshot.taken.elapsed() < FRESH)
        {
            return Ok(Arc::clone(snapshot));
        }
        let snapshot = Arc::new(self.take_snapshot().await?);
        *seen = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Discards the snapshot after a change.
    pub(super) async fn discard_snapshot(&self) {
        *self.seen.lock().await = None;
    }

    async fn take_snapshot(&self) -> Result<Snapshot, Error> {
        let taken = Instant::now();
        let ours = ListParams::default().labels(&format!("{MANAGED_BY}={MANAGER}"));
        let deployments: Api<Deployment> = self.in_namespace();
        let jobs: Api<Job> = self.in_namespace();
        let (namespaces, pods) = (self.namespaces(), self.pods());
        let (namespace, deployments, jobs, pods) = tokio::try_join!(
            call("read the namespace", namespaces.get_opt(&self.namespace)),
            call("list the deployments", deployments.list(&ours)),
            call("list the jobs", jobs.list(&ours)),
            call("list the pods", pods.list(&ours)),
        )?;
        Ok(Snapshot {
            namespace,
            deployments: deployments.items,
            jobs: jobs.items,
            pods: pods.items,
            awaited: self.awaited.clone(),
            now: Timestamp::now(),
            taken,
        })
    }
}
