//! Whether a group is ready, from a snapshot. Pure, except for reading the end of a log.

use std::fmt::Write as _;

use backend::Readiness;
use base::causes::in_one_line;
use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::api::LogParams;
use model::plan::{ResourceId, ResourceKind};

use super::Cluster;
use super::snapshot::{Awaited, Snapshot};

/// The waiting reasons of containers that will never start.
const PERMANENT: [&str; 5] = [
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
];

/// The waiting reasons of containers that may start later: a busy node may time out when it reads a
/// `ConfigMap` or calls its container runtime, and retries.
const TRANSIENT: [&str; 3] = [
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
];

/// How long a pod may be on its node before a transient reason counts as permanent, in seconds.
const TRANSIENT_LIMIT: i64 = 20;

/// How long scheduling or creating a pod may fail, in seconds. A node may be about to become ready,
/// or another pod about to end.
const GRACE: i64 = 10;

/// A registry's answers to nodes without permission.
const DENIED: [&str; 2] = ["401 Unauthorized", "403 Forbidden"];

/// How many lines of a log are shown.
const TAIL: i64 = 8;

/// The state of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// It is ready.
    Ready,
    /// It is not ready yet.
    NotYet(String),
    /// It will never be ready.
    Never {
        reason: String,
        /// The pod whose log has details.
        log: Option<LogOf>,
    },
}

/// A log of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogOf {
    pub(super) pod: String,
    /// Whether it is the log of the previous container.
    pub(super) previous: bool,
}

impl Cluster {
    /// Whether a group is ready. A container that cannot start, an unschedulable pod and a failed
    /// Job end the wait, with the end of the log.
    pub async fn group_ready(&self, id: &ResourceId) -> Readiness {
        let snapshot = match self.snapshot().await {
            Ok(snapshot) => snapshot,
            Err(error) => return Readiness::NotYet(in_one_line(&error)),
        };
        match finding(&snapshot, id) {
            Finding::Ready => Readiness::Ready,
            Finding::NotYet(reason) => Readiness::NotYet(reason),
            Finding::Never { mut reason, log } => {
                if let Some(log) = log {
                    self.add_tail(&mut reason, &log).await;
                }
                Readiness::Never(reason)
            }
        }
    }

    /// Appends the end of a log, if it can be read.
    async fn add_tail(&self, reason: &mut String, log: &LogOf) {
        let wanted = LogParams {
            previous: log.previous,
            tail_lines: Some(TAIL),
            ..LogParams::default()
        };
        let text = match self.log_with_retries(&log.pod, &wanted).await {
            Ok(text) => text,
            Err(error) => {
                let _ = write!(reason, "; could not read its log: {}", in_one_line(&error));
                return;
            }
        };
        if !text.trim().is_empty() {
            reason.push_str("; the end of its log:");
        }
        for line in text.trim_end().lines() {
            let _ = write!(reason, "\n    {line}");
        }
    }
}

/// The state of a group in a snapshot.
pub(super) fn finding(snapshot: &Snapshot, id: &ResourceId) -> Finding {
    match id.kind() {
        ResourceKind::Base => base(snapshot),
        ResourceKind::Job => job(snapshot, id.name()),
        _ => deployment(snapshot, id.name()),
    }
}

fn base(snapshot: &Snapshot) -> Finding {
    let status = snapshot
        .namespace
        .as_ref()
        .and_then(|found| found.status.as_ref());
    match status.and_then(|status| status.phase.as_deref()) {
        Some("Active") => Finding::Ready,
        Some(phase) => Finding::NotYet(format!("the namespace is {phase}")),
        None => Finding::NotYet("the namespace does not exist".to_owned()),
    }
}

fn job(snapshot: &Snapshot, component: &str) -> Finding {
    let of = |name: &Option<String>| {
        let name = name.as_deref().unwrap_or_default();
        name.strip_prefix(component)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    let Some(job) = snapshot.jobs.iter().find(|job| of(&job.metadata.name)) else {
        return Finding::NotYet("its Job does not exist".to_owned());
    };
    let status = job.status.clone().unwrap_or_default();
    let conditions = status.conditions.unwrap_or_default();
    let holds = |kind: &str| {
        let mut conditions = conditions.iter();
        conditions.find(|condition| condition.type_ == kind && condition.status == "True")
    };
    if holds("Complete").is_some() {
        return Finding::Ready;
    }
    let last = snapshot
        .pods_of(component)
        .max_by_key(|pod| pod.metadata.creation_timestamp.clone());
    if let Some(failed) = holds("Failed") {
        let message = failed.message.clone().unwrap_or_default();
        return Finding::Never {
            reason: format!("its Job failed: {message}"),
            log: last.map(|pod| log_of(pod, false)),
        };
    }
    let broken = last.and_then(|pod| broken(pod, snapshot));
    broken.unwrap_or_else(|| {
        let failures = status.failed.unwrap_or_default();
        Finding::NotYet(if failures > 0 {
            format!("its Job failed and is retried (failures: {failures})")
        } else {
            "its Job has not ended".to_owned()
        })
    })
}

fn deployment(snapshot: &Snapshot, name: &str) -> Finding {
    let named = |deployment: &&Deployment| deployment.metadata.name.as_deref() == Some(name);
    let Some(deployment) = snapshot.deployments.iter().find(named) else {
        return Finding::NotYet("its Deployment does not exist".to_owned());
    };
    let spec = deployment.spec.clone().unwrap_or_default();
    let status = deployment.status.clone().unwrap_or_default();
    let wanted = spec.replicas.unwrap_or(1);
    if status.observed_generation < deployment.metadata.generation {
        return Finding::NotYet("the Deployment controller has not seen the change yet".to_owned());
    }
    let (all, updated, ready) = (
        status.replicas.unwrap_or_default(),
        status.updated_replicas.unwrap_or_default(),
        status.ready_replicas.unwrap_or_default(),
    );
    if updated == wanted && ready == wanted && all == wanted {
        return Finding::Ready;
    }
    // Pods of an earlier version do not matter, because they are about to be deleted.
    let template = spec.template.metadata;
    let annotations = template.and_then(|metadata| metadata.annotations);
    let current = |pod: &&Pod| {
        let own = pod.metadata.annotations.as_ref();
        let own = |key: &String| own.and_then(|own| own.get(key));
        let mut wanted = annotations.iter().flatten();
        wanted.all(|(key, value)| own(key) == Some(value))
    };
    let mut pods = snapshot.pods_of(name).filter(current);
    let conditions = status.conditions.unwrap_or_default();
    let broken = pods.find_map(|pod| broken(pod, snapshot));
    let never = broken.or_else(|| refused(&conditions, snapshot.now));
    never.unwrap_or_else(|| {
        Finding::NotYet(if updated == wanted && all > wanted {
            format!("{} old replicas are still running", all - wanted)
        } else if updated < all {
            format!("{updated} of {wanted} replicas are replaced")
        } else {
            format!("{ready} of {wanted} replicas are ready")
        })
    })
}

/// The failure of creating a pod, for example because the namespace does not admit it.
fn refused(conditions: &[DeploymentCondition], now: Timestamp) -> Option<Finding> {
    let condition = conditions
        .iter()
        .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True")?;
    let since = condition.last_transition_time.as_ref()?;
    let reason = condition.message.clone().unwrap_or_default();
    (now.as_second() - since.0.as_second() > GRACE).then_some(Finding::Never { reason, log: None })
}

/// Why a pod will never be ready, if so.
fn broken(pod: &Pod, snapshot: &Snapshot) -> Option<Finding> {
    let status = pod.status.as_ref()?;
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    containers
        .iter()
        .find_map(|container| permanent_failure(pod, container, snapshot))
        .or_else(|| unschedulable(pod, snapshot.now))
}

fn permanent_failure(
    pod: &Pod,
    container: &ContainerStatus,
    snapshot: &Snapshot,
) -> Option<Finding> {
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    let reason = waiting.reason.as_deref()?;
    let message = waiting.message.as_deref().unwrap_or_default();
    let denied = DENIED.iter().any(|answer| message.contains(answer));
    let awaited = denied && is_awaited(pod, container, snapshot);
    let transient = TRANSIENT.contains(&reason) && is_older(pod, snapshot.now, TRANSIENT_LIMIT);
    let permanent = PERMANENT.contains(&reason) && !awaited;
    (transient || permanent).then_some(())?;
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let last = container.last_state.as_ref();
    if let Some(ended) = last.and_then(|last| last.terminated.as_ref()) {
        let (code, why) = (ended.exit_code, ended.reason.as_deref().unwrap_or("Error"));
        return Some(Finding::Never {
            reason: format!("pod `{name}` keeps exiting with code {code} ({why})"),
            log: Some(log_of(pod, true)),
        });
    }
    Some(Finding::Never {
        reason: format!("pod `{name}` cannot start ({reason}): {message}"),
        log: None,
    })
}

/// Whether a container's image is from the registry to which the nodes may get permission later.
fn is_awaited(pod: &Pod, container: &ContainerStatus, snapshot: &Snapshot) -> bool {
    let Some(Awaited { registry, within }) = &snapshot.awaited else {
        return false;
    };
    let mut wanted = pod.spec.iter().flat_map(|spec| &spec.containers);
    let wanted = wanted.find(|it| it.name == container.name);
    let image = wanted.and_then(|it| it.image.as_deref());
    let image = image.unwrap_or(&container.image).split_once('/');
    let theirs = image.is_some_and(|(host, _)| host.eq_ignore_ascii_case(registry));
    theirs && !is_older(pod, snapshot.now, within.as_secs().cast_signed())
}

/// Whether a pod has been on its node for at least this many seconds.
fn is_older(pod: &Pod, now: Timestamp, seconds: i64) -> bool {
    let status = pod.status.as_ref();
    let since = status.and_then(|status| status.start_time.as_ref());
    since.is_none_or(|since| now.as_second() - since.0.as_second() > seconds)
}

fn unschedulable(pod: &Pod, now: Timestamp) -> Option<Finding> {
    let conditions = pod.status.as_ref()?.conditions.as_deref()?;
    let condition = conditions.iter().find(|condition| {
        condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
    })?;
    let since = condition.last_transition_time.as_ref()?;
    (now.as_second() - since.0.as_second() > GRACE).then(|| {
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        let message = condition.message.as_deref().unwrap_or_default();
        Finding::Never {
            reason: format!("pod `{name}` does not fit on any node: {message}"),
            log: None,
        }
    })
}

fn log_of(pod: &Pod, previous: bool) -> LogOf {
    LogOf {
        pod: pod.metadata.name.clone().unwrap_or_default(),
        previous,
    }
}

#[cfg(test)]
mod tests;
