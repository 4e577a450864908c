//! What is to be seen of the topology, at one moment, by one look for all who wait.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::Api;
use kube::api::ListParams;
use tokio::time::Instant;

use super::Cluster;
use super::cluster::call;
use super::error::Error;
use super::labels::{COMPONENT, MANAGED_BY, MANAGER};

/// How old a look may be. Several groups are waited for at the same time, each asking twenty times
/// a second; the API server has better things to do on a small machine.
const FRESH: Duration = Duration::from_millis(100);

/// A registry that the nodes of a cluster may not have the right to pull from yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Its host, as images name it.
    pub registry: String,
    /// How long a pod may wait for it.
    pub within: Duration,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) namespace: Option<Namespace>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) jobs: Vec<Job>,
    pub(super) pods: Vec<Pod>,
    /// The registry of which an answer that denies is not final, if there is one.
    pub(super) awaited: Option<Awaited>,
    /// When, as conditions tell time.
    pub(super) now: Timestamp,
    /// When, as waiting does.
    taken: Instant,
}

impl Look {
    /// The pods of a component.
    pub(super) fn pods_of<'a>(&'a self, component: &'a str) -> impl Iterator<Item = &'a Pod> {
        let of = move |pod: &&Pod| label(pod, COMPONENT) == Some(component);
        self.pods.iter().filter(of)
    }
}

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

/// A label of a pod.
pub(super) fn label<'a>(pod: &'a Pod, key: &str) -> Option<&'a str> {
    let labels = pod.metadata.labels.as_ref()?;
    labels.get(key).map(String::as_str)
}

#[cfg(test)]
impl Look {
    /// What a test says is to be seen.
    pub(super) fn of(deployments: Vec<Deployment>, jobs: Vec<Job>, pods: Vec<Pod>) -> Self {
        Self {
            namespace: None,
            deployments,
            jobs,
            pods,
            awaited: None,
            now: Timestamp::UNIX_EPOCH,
            taken: Instant::now(),
        }
    }
}
