//! One look at the topology for all who wait.

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
use super::look::Look;

/// How old a look may be. Several groups are waited for at the same time, each asking twenty times
/// a second; the API server has better things to do on a small machine.
const FRESH: Duration = Duration::from_millis(100);

impl Cluster {
    /// A look that is hardly older than now.
    pub(super) async fn look(&self) -> Result<Arc<Look>, Error> {
        let mut seen = self.seen.lock().await;
        if let Some(look) = seen.as_ref().filter(|look| look.taken.elapsed() < FRESH) {
            return Ok(Arc::clone(look));
        }
        let look = Arc::new(self.look_now().await?);
        *seen = Some(Arc::clone(&look));
        Ok(look)
    }

    /// Makes the next look a new one: something was changed.
    pub(super) async fn look_again(&self) {
        *self.seen.lock().await = None;
    }

    async fn look_now(&self) -> Result<Look, Error> {
        let taken = Instant::now();
        let ours = ListParams::default().labels(&format!("{MANAGED_BY}={MANAGER}"));
        let deployments: Api<Deployment> = self.in_namespace();
        let jobs: Api<Job> = self.in_namespace();
        let (namespaces, pods) = (self.namespaces(), self.pods());
        let (namespace, deployments, jobs, pods) = tokio::try_join!(
            call(
                "look for the namespace",
                namespaces.get_opt(&self.namespace)
            ),
            call("list the deployments", deployments.list(&ours)),
            call("list the jobs", jobs.list(&ours)),
            call("list the pods", pods.list(&ours)),
        )?;
        Ok(Look {
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
