//! The states of groups in snapshots that a test makes.

use serde_json::{Value, json};

use super::*;
use crate::pod::CONFIGURATION;

/// A Deployment with these replica counts in its status.
fn a_deployment(wanted: i32, updated: i32, ready: i32, all: i32) -> Deployment {
    from(json!({
        "metadata": {"name": "web", "generation": 2},
        "spec": {
            "replicas": wanted,
            "selector": {},
            "template": {"metadata": {"annotations": {CONFIGURATION: "new"}}},
        },
        "status": {
            "observedGeneration": 2,
            "replicas": all,
            "updatedReplicas": updated,
            "readyReplicas": ready,
        },
    }))
}

/// A pod of a component with a configuration digest.
fn a_pod(component: &str, configuration: &str, status: &Value) -> Pod {
    from(json!({
        "metadata": {
            "name": format!("{component}-1-a"),
            "labels": {"app.kubernetes.io/component": component},
            "annotations": {CONFIGURATION: configuration},
        },
        "status": status,
    }))
}

fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("an object of Kubernetes")
}

fn waits(reason: &str, last: &Value) -> Value {
    json!({"containerStatuses": [{
        "name": "web", "image": "", "imageID": "", "ready": false, "restartCount": 3,
        "state": {"waiting": {"reason": reason, "message": "because"}},
        "lastState": last,
    }]})
}

fn of_web(deployment: Deployment, pods: Vec<Pod>) -> Finding {
    let snapshot = Snapshot::of(vec![deployment], Vec::new(), pods);
    finding(&snapshot, &ResourceId::new(ResourceKind::Deployment, "web"))
}

fn not_yet(reason: &str) -> Finding {
    Finding::NotYet(reason.to_owned())
}

#[test]
fn a_deployment_is_ready_when_all_replicas_are_ready_and_no_old_one_is_left() {
    for (wanted, updated, ready, all, expected) in [
        (2, 2, 2, 2, Finding::Ready),
        (2, 2, 1, 2, not_yet("1 of 2 replicas are ready")),
        (2, 0, 0, 0, not_yet("0 of 2 replicas are ready")),
        (2, 1, 2, 3, not_yet("1 of 2 replicas are replaced")),
        (2, 2, 3, 3, not_yet("1 old replicas are still running")),
        (1, 1, 1, 1, Finding::Ready),
    ] {
        let found = of_web(a_deployment(wanted, updated, ready, all), Vec::new());
        assert_eq!(found, expected, "{wanted} {updated} {ready} {all}");
    }
}

#[test]
fn a_change_that_the_controller_has_not_seen_is_not_ready_yet() {
    let mut deployment = a_deployment(1, 1, 1, 1);
    deployment.metadata.generation = Some(3);
    let found = of_web(deployment, Vec::new());
    assert_eq!(
        found,
        not_yet("the Deployment controller has not seen the change yet")
    );
}

#[test]
fn a_container_that_keeps_exiting_ends_the_wait_with_its_log() {
    let last = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
    let pod = a_pod("web", "new", &waits("CrashLoopBackOff", &last));
    let found = of_web(a_deployment(1, 1, 0, 1), vec![pod]);
    assert_eq!(
        found,
        Finding::Never {
            reason: "pod `web-1-a` keeps exiting with code 137 (OOMKilled)".to_owned(),
            log: Some(LogOf {
                pod: "web-1-a".to_owned(),
                previous: true,
            }),
        }
    );
}

#[test]
fn an_image_that_cannot_be_pulled_ends_the_wait() {
    for reason in [
        "ErrImagePull",
        "ImagePullBackOff",
        "CreateContainerConfigError",
    ] {
        let pod = a_pod("web", "new", &waits(reason, &Value::Null));
        let found = of_web(a_deployment(1, 1, 0, 1), vec![pod]);
        let expected = Finding::Never {
            reason: format!("pod `web-1-a` cannot start ({reason}): because"),
            log: None,
        };
        assert_eq!(found, expected);
    }
}

/// The state of a pod that has waited for its image for `waited` seconds, with a registry whose
/// permission may come later.
fn pulls(image: &str, answer: &str, waited: i64, registry: Option<&str>) -> Finding {
    let mut status = waits("ImagePullBackOff", &Value::Null);
    let container = &mut status["containerStatuses"][0];
    container["image"] = image.into();
    container["state"]["waiting"]["message"] =
        format!("failed to authorize: unexpected status: {answer}").into();
    let time = Timestamp::from_second(-waited).expect("a time").to_string();
    status["startTime"] = time.into();
    let pod = a_pod("web", "new", &status);
    let mut snapshot = Snapshot::of(vec![a_deployment(1, 1, 0, 1)], Vec::new(), vec![pod]);
    snapshot.awaited = registry.map(|registry| Awaited {
        registry: registry.to_owned(),
        within: std::time::Duration::from_mins(15),
    });
    finding(&snapshot, &ResourceId::new(ResourceKind::Deployment, "web"))
}

#[test]
fn a_registry_whose_permission_may_come_later_is_waited_for_up_to_its_limit() {
    let (ours, here) = ("own.azurecr.io/worker@sha256:1", Some("own.azurecr.io"));
    let waiting = not_yet("0 of 1 replicas are ready");
    for answer in ["401 Unauthorized", "403 Forbidden"] {
        assert_eq!(pulls(ours, answer, 900, here), waiting);
        let late = pulls(ours, answer, 901, here);
        assert!(matches!(late, Finding::Never { .. }));
    }
    let missing = pulls(ours, "404 Not Found", 0, here);
    assert!(matches!(missing, Finding::Never { .. }));
}

#[test]
fn a_registry_that_denies_an_image_ends_the_wait_if_no_permission_is_expected() {
    let denied = "401 Unauthorized";
    let (ours, theirs) = ("own.azurecr.io/worker:1", "temporalio/servr:1.31.0");
    for (image, registry) in [
        (theirs, None),
        (ours, None),
        (theirs, Some("own.azurecr.io")),
        (
            "own.azurecr.io.example.com/worker:1",
            Some("own.azurecr.io"),
        ),
    ] {
        let found = pulls(image, denied, 0, registry);
        assert!(matches!(found, Finding::Never { .. }), "{image}");
    }
}

#[test]
fn a_transient_failure_on_a_busy_node_has_twenty_seconds() {
    let with = |since: i64| {
        let mut status = waits("CreateContainerError", &Value::Null);
        let time = Timestamp::from_second(since).expect("a time").to_string();
        status["startTime"] = time.into();
        let pod = a_pod("web", "new", &status);
        of_web(a_deployment(1, 1, 0, 1), vec![pod])
    };
    assert_eq!(with(-20), not_yet("0 of 1 replicas are ready"));
    assert!(matches!(with(-21), Finding::Never { .. }));
}

#[test]
fn a_container_that_is_being_created_does_not_end_the_wait() {
    let pod = a_pod("web", "new", &waits("ContainerCreating", &Value::Null));
    let found = of_web(a_deployment(1, 1, 0, 1), vec![pod]);
    assert_eq!(found, not_yet("0 of 1 replicas are ready"));
}

#[test]
fn failures_of_old_pods_and_of_other_components_are_ignored() {
    let broken = || waits("CrashLoopBackOff", &Value::Null);
    let pods = vec![
        a_pod("web", "old", &broken()),
        a_pod("worker", "new", &broken()),
    ];
    let found = of_web(a_deployment(1, 1, 0, 2), pods);
    assert_eq!(found, not_yet("1 old replicas are still running"));
}

#[test]
fn an_unschedulable_pod_has_ten_seconds() {
    let since = |second: i64| {
        let time = Timestamp::from_second(second).expect("a time").to_string();
        let status = json!({"conditions": [{
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu.",
            "lastTransitionTime": time,
        }]});
        let pod = a_pod("web", "new", &status);
        of_web(a_deployment(1, 1, 0, 1), vec![pod])
    };
    assert_eq!(since(-10), not_yet("0 of 1 replicas are ready"));
    let reason =
        "pod `web-1-a` does not fit on any node: 0/1 nodes are available: 1 Insufficient cpu.";
    assert_eq!(
        since(-11),
        Finding::Never {
            reason: reason.to_owned(),
            log: None
        }
    );
}

#[test]
fn a_job_is_ready_when_it_is_complete_and_never_after_it_failed() {
    let with = |status: Value| {
        let job: k8s_openapi::api::batch::v1::Job = from(json!({
            "metadata": {"name": "schema-0f3a"},
            "status": status,
        }));
        let pod = a_pod("schema", "new", &json!({}));
        let snapshot = Snapshot::of(Vec::new(), vec![job], vec![pod]);
        finding(&snapshot, &ResourceId::new(ResourceKind::Job, "schema"))
    };
    let condition = |kind: &str| json!([{"type": kind, "status": "True", "message": "why"}]);
    assert_eq!(
        with(json!({"conditions": condition("Complete")})),
        Finding::Ready
    );
    assert_eq!(
        with(json!({"conditions": condition("Failed")})),
        Finding::Never {
            reason: "its Job failed: why".to_owned(),
            log: Some(LogOf {
                pod: "schema-1-a".to_owned(),
                previous: false,
            }),
        }
    );
    assert_eq!(with(json!({})), not_yet("its Job has not ended"));
    let failures = not_yet("its Job failed and is retried (failures: 1)");
    assert_eq!(with(json!({"failed": 1})), failures);
}

#[test]
fn the_base_is_ready_when_its_namespace_is_active() {
    let with = |phase: Option<&str>| {
        let mut snapshot = Snapshot::of(Vec::new(), Vec::new(), Vec::new());
        snapshot.namespace = phase.map(|phase| from(json!({"status": {"phase": phase}})));
        finding(&snapshot, &ResourceId::new(ResourceKind::Base, "temporal"))
    };
    assert_eq!(with(Some("Active")), Finding::Ready);
    assert_eq!(
        with(Some("Terminating")),
        not_yet("the namespace is Terminating")
    );
    assert_eq!(with(None), not_yet("the namespace does not exist"));
}
