//! What is to be seen of the topology, at one moment.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use tokio::time::Instant;

use super::labels::COMPONENT;

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
    pub(super) taken: Instant,
}

impl Look {
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
