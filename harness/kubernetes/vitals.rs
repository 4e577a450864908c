//! The running pods, and how their containers ended.

use std::time::Duration;

use backend::{Vital, Vitals};
use base::causes::in_one_line;
use base::log_tail::{LINES, LogTail};
use camino::Utf8Path;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Pod};
use kube::api::LogParams;
use tokio::time::timeout;

use super::Cluster;
use super::cluster::call;
use super::labels::COMPONENT;
use super::logs::file_of;
use super::snapshot::label;

/// How long the cluster may take to list the pods, or to return the end of a log.
const QUERY_DEADLINE: Duration = Duration::from_secs(3);

impl Cluster {
    /// The current pods of all services. Pods of Jobs are left out, because they are expected to
    /// end.
    pub async fn vitals(&self) -> Vitals {
        match timeout(QUERY_DEADLINE, self.pods_of(None)).await {
            Ok(Ok(pods)) => Vitals {
                replicas: pods.iter().filter_map(vital).collect(),
                unseen: None,
            },
            Ok(Err(error)) => Vitals::unseen(in_one_line(&error)),
            Err(_) => Vitals::unseen(format!(
                "the cluster did not list its pods within {QUERY_DEADLINE:?}"
            )),
        }
    }

    /// The last lines of a pod's log in its last run, or in a given one. Also `None` if the cluster
    /// does not return them in time.
    pub async fn last_words(
        &self,
        folder: &Utf8Path,
        pod: &str,
        wanted: Option<&str>,
    ) -> Option<LogTail> {
        let words = self.words(folder, pod, wanted);
        timeout(QUERY_DEADLINE, words).await.ok().flatten()
    }

    async fn words(&self, folder: &Utf8Path, pod: &str, wanted: Option<&str>) -> Option<LogTail> {
        let pods = self.pods_of(None).await.ok()?;
        let found = pods.iter();
        let mut found = found.filter(|it| it.metadata.name.as_deref() == Some(pod));
        let (_, last) = lived(found.next()?)?;
        let wanted = LogParams {
            previous: wanted.is_some_and(|wanted| wanted != last.life),
            tail_lines: i64::try_from(LINES).ok(),
            ..LogParams::default()
        };
        let pods = self.pods();
        let text = call("read a log", pods.logs(pod, &wanted)).await.ok()?;
        Some(LogTail::of_text(file_of(folder, pod), &text))
    }
}

/// The current run of a pod's container, or its last one if no run has begun since. A pod that is
/// being deleted counts as gone, because it no longer serves its service.
fn vital(pod: &Pod) -> Option<(String, Vital)> {
    let metadata = &pod.metadata;
    let mut owners = metadata.owner_references.iter().flatten();
    if metadata.deletion_timestamp.is_some() || owners.any(|owner| owner.kind == "Job") {
        return None;
    }
    lived(pod)
}

/// The last run of a pod's container, even if the pod is being deleted.
fn lived(pod: &Pod) -> Option<(String, Vital)> {
    let metadata = &pod.metadata;
    let status = pod.status.as_ref()?;
    let containers = status.container_statuses.as_deref().unwrap_or_default();
    let container = containers.first();
    let (ended, before) = match container.map(of_container) {
        Some(Some(known)) => known,
        // Evicted before a container ran, or by a node that has lost its record.
        _ if status.phase.as_deref() == Some("Failed") => {
            let reason = status.reason.as_deref().unwrap_or("Failed");
            let message = status.message.as_deref().unwrap_or_default();
            (Some(format!("{reason}: {message}")), None)
        }
        _ => return None,
    };
    let restarts = container.map_or(0, |container| container.restart_count);
    let uid = metadata.uid.as_deref().unwrap_or_default();
    let vital = Vital {
        services: label(pod, COMPONENT)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        life: format!("{uid} {restarts}"),
        ended,
        before,
        if_gone: "its pod was deleted",
    };
    Some((metadata.name.clone()?, vital))
}

/// How the last run of a container ended, if it did, and how the run before ended. `None` for a
/// container that has not run yet. While a container waits for its next start, the cluster reports
/// the last run as the previous one.
fn of_container(container: &ContainerStatus) -> Option<(Option<String>, Option<String>)> {
    let state = container.state.as_ref()?;
    let last = container.last_state.as_ref();
    let before = last.and_then(|last| last.terminated.as_ref()).map(told);
    match (&state.running, &state.terminated) {
        (Some(_), _) => Some((None, before)),
        (None, Some(ended)) => Some((Some(told(ended)), before)),
        (None, None) => before.map(|ended| (Some(ended), None)),
    }
}

fn told(ended: &ContainerStateTerminated) -> String {
    let reason = ended.reason.as_deref().unwrap_or("Error");
    format!("exit code {} ({reason})", ended.exit_code)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const POD: &str = "worker-6d5f8-x2vwq";

    fn pod(restarts: i32, state: &Value, last: &Value) -> Value {
        json!({
            "metadata": {
                "name": POD,
                "uid": "u1",
                "labels": {"app.kubernetes.io/component": "worker"},
            },
            "status": {"phase": "Running", "containerStatuses": [{
                "name": "worker",
                "image": "worker",
                "imageID": "",
                "ready": true,
                "restartCount": restarts,
                "state": state,
                "lastState": last,
            }]},
        })
    }

    fn look(pods: &[Value]) -> Vitals {
        let pods = pods.iter().map(|pod| {
            let pod: Pod = serde_json::from_value(pod.clone()).expect("a pod");
            vital(&pod)
        });
        Vitals {
            replicas: pods.flatten().collect(),
            unseen: None,
        }
    }

    fn running() -> Value {
        json!({"running": {"startedAt": "2026-01-01T12:00:00Z"}})
    }

    fn ended(code: i32, reason: &str) -> Value {
        json!({"terminated": {"exitCode": code, "reason": reason}})
    }

    fn told_between(before: &[Value], after: &[Value]) -> Vec<String> {
        let ended = look(after).ended_since(&look(before)).into_iter();
        ended
            .map(|it| format!("{}: {}", it.services.join(" "), it.status))
            .collect()
    }

    #[test]
    fn each_crash_of_a_container_is_reported_once() {
        let none = json!({});
        let creating = json!({"waiting": {"reason": "ContainerCreating"}});
        let waiting = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let looks = [
            pod(0, &creating, &none),
            pod(0, &running(), &none),
            pod(0, &ended(3, "Error"), &none),
            pod(0, &waiting, &ended(3, "Error")),
            pod(1, &running(), &ended(3, "Error")),
            // It crashed and restarted between two observations.
            pod(2, &running(), &ended(137, "OOMKilled")),
            pod(2, &waiting, &ended(4, "Error")),
            pod(3, &running(), &ended(4, "Error")),
        ];
        let told: Vec<String> = looks
            .windows(2)
            .flat_map(|pair| told_between(&pair[..1], &pair[1..]))
            .collect();
        let expected = ["3 (Error)", "137 (OOMKilled)", "4 (Error)"];
        assert_eq!(told, expected.map(|it| format!("worker: exit code {it}")));
    }

    #[test]
    fn a_pod_that_is_deleted_or_vanishes_is_gone() {
        let none = json!({});
        let alive = pod(0, &running(), &none);
        let mut leaving = alive.clone();
        leaving["metadata"]["deletionTimestamp"] = "2026-01-01T12:00:00Z".into();
        let gone = ["worker: its pod was deleted"];
        let (alive, older) = ([alive], [leaving.clone()]);
        assert_eq!(told_between(&alive, &older), gone);
        assert_eq!(told_between(&alive, &[]), gone);
        let nothing = <[&str; 0]>::default();
        assert_eq!(told_between(&older, &[]), nothing, "an older version");
        let leaving: Pod = serde_json::from_value(leaving).expect("a pod");
        let (_, last) = lived(&leaving).expect("its log still exists");
        assert_eq!(last.life, "u1 0");
    }

    #[test]
    fn an_evicted_pod_has_a_reason_and_pods_of_jobs_are_ignored() {
        let none = json!({});
        let alive = pod(0, &running(), &none);
        let mut evicted = alive.clone();
        evicted["status"] = json!({
            "phase": "Failed",
            "reason": "Evicted",
            "message": "The node was low on resource: memory.",
        });
        assert_eq!(
            told_between(&[alive], &[evicted]),
            ["worker: Evicted: The node was low on resource: memory."]
        );
        let mut job = pod(0, &ended(1, "Error"), &none);
        job["metadata"]["ownerReferences"] =
            json!([{"apiVersion": "batch/v1", "kind": "Job", "name": "schema", "uid": "u2"}]);
        assert_eq!(look(&[job]), Vitals::default());
    }
}
