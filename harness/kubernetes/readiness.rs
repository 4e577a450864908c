//! Whether a group does its job, by what was seen. Pure, but for the end of a log.

use std::fmt::Write as _;

use backend::Readiness;
use base::causes::in_one_line;
use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::api::LogParams;
use model::plan::{ResourceId, ResourceKind};

use super::Cluster;
use super::look::{Awaited, Look};

/// Why a container waits when it will not start by itself.
const HOPELESS: [&str; 5] = [
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
];

/// Why a container waits that may yet start: a node that has much to do does not read a
/// `ConfigMap`, or reach its container runtime, in time, and tries again.
const DOUBTFUL: [&str; 3] = [
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
];

/// How long a pod may be on its node before what is doubtful is hopeless, in seconds.
const DOUBT: i64 = 20;

/// How long the scheduler, or what makes pods, may find no way, in seconds: a node may be about to
/// become ready, or a pod about to go.
const GRACE: i64 = 10;

/// What a registry answers to nodes that have no right to it.
const DENIED: [&str; 2] = ["401 Unauthorized", "403 Forbidden"];

/// How many lines of a log are shown.
const TAIL: i64 = 8;

/// What is to be said of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// It does its job.
    Ready,
    /// Not yet.
    NotYet(String),
    /// It never will.
    Never {
        /// Why.
        reason: String,
        /// The pod whose log has more.
        log: Option<LogOf>,
    },
}

/// Which log of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogOf {
    pub(super) pod: String,
    /// Of the container before the one that is, or is about to be.
    pub(super) previous: bool,
}

impl Cluster {
    /// Whether a group does its job. A container that cannot start, a pod that fits nowhere and a
    /// Job that failed end the wait, with the end of the log.
    pub async fn group_ready(&self, id: &ResourceId) -> Readiness {
        let look = match self.look().await {
            Ok(look) => look,
            Err(error) => return Readiness::NotYet(in_one_line(&error)),
        };
        match finding(&look, id) {
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

    /// Adds the end of a log, where it can be had.
    async fn add_tail(&self, reason: &mut String, log: &LogOf) {
        let wanted = LogParams {
            previous: log.previous,
            tail_lines: Some(TAIL),
            ..LogParams::default()
        };
        let text = match self.insist_on_log(&log.pod, &wanted).await {
            Ok(text) => text,
            Err(error) => {
                let _ = write!(reason, "; no log: {}", in_one_line(&error));
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

/// What a look says of a group.
pub(super) fn finding(look: &Look, id: &ResourceId) -> Finding {
    match id.kind() {
        ResourceKind::Base => base(look),
        ResourceKind::Job => job(look, id.name()),
        _ => deployment(look, id.name()),
    }
}

fn base(look: &Look) -> Finding {
    let status = look
        .namespace
        .as_ref()
        .and_then(|found| found.status.as_ref());
    match status.and_then(|status| status.phase.as_deref()) {
        Some("Active") => Finding::Ready,
        Some(phase) => Finding::NotYet(format!("the namespace is {phase}")),
        None => Finding::NotYet("the namespace is not there".to_owned()),
    }
}

fn job(look: &Look, component: &str) -> Finding {
    let of = |name: &Option<String>| {
        let name = name.as_deref().unwrap_or_default();
        name.strip_prefix(component)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    let Some(job) = look.jobs.iter().find(|job| of(&job.metadata.name)) else {
        return Finding::NotYet("its Job is not there".to_owned());
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
    let last = look
        .pods_of(component)
        .max_by_key(|pod| pod.metadata.creation_timestamp.clone());
    if let Some(failed) = holds("Failed") {
        let message = failed.message.clone().unwrap_or_default();
        return Finding::Never {
            reason: format!("its Job failed: {message}"),
            log: last.map(|pod| log_of(pod, false)),
        };
    }
    let broken = last.and_then(|pod| broken(pod, look));
    broken.unwrap_or_else(|| {
        let failures = status.failed.unwrap_or_default();
        Finding::NotYet(if failures > 0 {
            format!("it failed and is tried again (failures: {failures})")
        } else {
            "its Job has not ended".to_owned()
        })
    })
}

fn deployment(look: &Look, name: &str) -> Finding {
    let named = |deployment: &&Deployment| deployment.metadata.name.as_deref() == Some(name);
    let Some(deployment) = look.deployments.iter().find(named) else {
        return Finding::NotYet("its Deployment is not there".to_owned());
    };
    let spec = deployment.spec.clone().unwrap_or_default();
    let status = deployment.status.clone().unwrap_or_default();
    let wanted = spec.replicas.unwrap_or(1);
    if status.observed_generation < deployment.metadata.generation {
        return Finding::NotYet("the change is not seen yet".to_owned());
    }
    let (all, updated, ready) = (
        status.replicas.unwrap_or_default(),
        status.updated_replicas.unwrap_or_default(),
        status.ready_replicas.unwrap_or_default(),
    );
    if updated == wanted && ready == wanted && all == wanted {
        return Finding::Ready;
    }
    // Those of an earlier version are about to go, whatever is wrong with them.
    let template = spec.template.metadata;
    let annotations = template.and_then(|metadata| metadata.annotations);
    let current = |pod: &&Pod| {
        let own = pod.metadata.annotations.as_ref();
        let own = |key: &String| own.and_then(|own| own.get(key));
        let mut wanted = annotations.iter().flatten();
        wanted.all(|(key, value)| own(key) == Some(value))
    };
    let mut pods = look.pods_of(name).filter(current);
    let conditions = status.conditions.unwrap_or_default();
    let broken = pods.find_map(|pod| broken(pod, look));
    let never = broken.or_else(|| refused(&conditions, look.now));
    never.unwrap_or_else(|| {
        Finding::NotYet(if updated == wanted && all > wanted {
            format!("{} replicas of before still there", all - wanted)
        } else if updated < all {
            format!("{updated} of {wanted} replicas replaced")
        } else {
            format!("{ready} of {wanted} replicas ready")
        })
    })
}

/// That no pod can be made, such as by what the namespace does not admit.
fn refused(conditions: &[DeploymentCondition], now: Timestamp) -> Option<Finding> {
    let condition = conditions
        .iter()
        .find(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True")?;
    let since = condition.last_transition_time.as_ref()?;
    let reason = condition.message.clone().unwrap_or_default();
    (now.as_second() - since.0.as_second() > GRACE).then_some(Finding::Never { reason, log: None })
}

/// Why a pod will never be ready, if so.
fn broken(pod: &Pod, look: &Look) -> Option<Finding> {
    let status = pod.status.as_ref()?;
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    containers
        .iter()
        .find_map(|container| hopeless(pod, container, look))
        .or_else(|| unschedulable(pod, look.now))
}

fn hopeless(pod: &Pod, container: &ContainerStatus, look: &Look) -> Option<Finding> {
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    let reason = waiting.reason.as_deref()?;
    let message = waiting.message.as_deref().unwrap_or_default();
    let denied = DENIED.iter().any(|answer| message.contains(answer));
    let awaited = denied && is_awaited(pod, container, look);
    let doubtful = DOUBTFUL.contains(&reason) && is_older(pod, look.now, DOUBT);
    let hopeless = HOPELESS.contains(&reason) && !awaited;
    (doubtful || hopeless).then_some(())?;
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let last = container.last_state.as_ref();
    if let Some(ended) = last.and_then(|last| last.terminated.as_ref()) {
        let (code, why) = (ended.exit_code, ended.reason.as_deref().unwrap_or("Error"));
        return Some(Finding::Never {
            reason: format!("pod `{name}` ends again and again, with exit code {code} ({why})"),
            log: Some(log_of(pod, true)),
        });
    }
    Some(Finding::Never {
        reason: format!("pod `{name}` cannot start ({reason}): {message}"),
        log: None,
    })
}

/// Whether the image of a container is of the registry to which the nodes may yet get a right.
fn is_awaited(pod: &Pod, container: &ContainerStatus, look: &Look) -> bool {
    let Some(Awaited { registry, within }) = &look.awaited else {
        return false;
    };
    let mut wanted = pod.spec.iter().flat_map(|spec| &spec.containers);
    let wanted = wanted.find(|it| it.name == container.name);
    let image = wanted.and_then(|it| it.image.as_deref());
    let image = image.unwrap_or(&container.image).split_once('/');
    let theirs = image.is_some_and(|(host, _)| host.eq_ignore_ascii_case(registry));
    theirs && !is_older(pod, look.now, within.as_secs().cast_signed())
}

/// Whether a pod has been on its node for so many seconds that a moment of trouble would be over.
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
            reason: format!("pod `{name}` fits on no node: {message}"),
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
