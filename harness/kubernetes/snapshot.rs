//! A snapshot of the topology's objects in the cluster.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use tokio::time::Instant;

use super::labels::COMPONENT;

/// A registry that the nodes may not have permission to pull from yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The host, as in image references.
    pub registry: String,
    /// How long a pod may wait for it.
    pub within: Duration,
}

/// The snapshot.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) namespace: Option<Namespace>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) jobs: Vec<Job>,
    pub(super) pods: Vec<Pod>,
    /// The registry whose refusals are not final, if any.
    pub(super) awaited: Option<Awaited>,
    /// The time of the snapshot, to compare with times of conditions.
    pub(super) now: Timestamp,
    /// The time of the snapshot, to compare with deadlines.
    pub(super) taken: Instant,
}

impl Snapshot {
    /// The pods of a component.
    pub(super) fn pods_of<'a>(&'a self, component: &'a str) -> impl Iterator<Item = &'a Pod> {
        let of = move |pod: &&Pod| label(pod, COMPONENT) == Some(component);
        self.pods.iter().filter(of)
    }
}

/// A label of a pod.
pub(super) fn label<'a>(pod: &'a Pod, key: &str) -> Option<&'a str> {
    let labels = pod.metadata.labels.as_ref()?;
    labels.get(key).map(String::as_str)
}

#[cfg(test)]
impl Snapshot {
    /// A snapshot that a test makes.
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
