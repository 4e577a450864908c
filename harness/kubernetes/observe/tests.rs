//! The observed state of groups whose objects were changed.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use model::plan::ResourceKind;
use model::quantity::Duration;
use serde_json::json;

use super::*;
use crate::{Group, fixture, workload};

/// A group with a service account and a Deployment.
fn group(replicas: u16) -> Group {
    let site = fixture::local();
    let part = fixture::part(&site, "web");
    let deployment = workload::deployment(&part, replicas, PodTemplateSpec::default());
    Group {
        id: ResourceId::new(ResourceKind::Deployment, "web"),
        objects: vec![workload::service_account(&part), deployment],
        needs: vec![ResourceId::new(ResourceKind::Base, "temporal")],
        ready_timeout: Duration::from_secs(1),
    }
}

fn only(objects: &[Value]) -> Observed {
    let mut groups = groups(objects);
    assert_eq!(groups.len(), 1);
    groups.remove(0)
}

fn why_dead(objects: &[Value]) -> String {
    match only(objects).state {
        State::Dead { reason } => reason,
        State::Live(digest) => panic!("it lives as {digest}"),
    }
}

#[test]
fn a_complete_group_is_live_with_its_applied_digest() {
    let applied = group(1);
    let observed = only(&applied.manifests());
    assert_eq!(observed.id, applied.id);
    assert_eq!(observed.state, State::Live(applied.digest()));
    assert_eq!(observed.needs, applied.needs);
    assert!(observed.stays, "it goes with the cluster");
}

#[test]
fn a_group_with_a_missing_object_names_it() {
    let mut objects = group(1).manifests();
    objects.remove(0);
    assert_eq!(why_dead(&objects), "ServiceAccount/web is missing");
}

#[test]
fn a_group_of_two_versions_was_interrupted() {
    let mut objects = group(2).manifests();
    objects[0] = group(1).manifests().remove(0);
    assert_eq!(why_dead(&objects), "an update was interrupted");
}

#[test]
fn a_scaled_deployment_is_dead() {
    let mut objects = group(2).manifests();
    objects[1]["spec"]["replicas"] = json!(0);
    assert_eq!(
        why_dead(&objects),
        "it was scaled to 0, but should have 2 replicas"
    );
}

#[test]
fn a_group_that_is_being_removed_is_dead() {
    let mut objects = group(1).manifests();
    objects[1]["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(why_dead(&objects), "Deployment/web is being removed");
}

#[test]
fn a_failed_job_is_dead() {
    let mut objects = group(1).manifests();
    objects[1]["kind"] = json!("Job");
    for object in &mut objects {
        object["metadata"]["annotations"][OBJECTS] = json!("ServiceAccount/web Job/web");
    }
    objects[1]["status"]["conditions"] = json!([{"type": "Failed", "status": "True"}]);
    assert_eq!(why_dead(&objects), "its Job failed");
}

#[test]
fn objects_without_a_group_are_ignored() {
    assert!(groups(&[json!({"kind": "Service", "metadata": {"name": "other"}})]).is_empty());
    let label = json!({"labels": {GROUP: "nothing.web"}});
    assert!(groups(&[json!({"kind": "Service", "metadata": label})]).is_empty());
}
