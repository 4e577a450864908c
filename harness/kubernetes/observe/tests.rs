//! What is seen of groups whose objects something happened to.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use model::plan::ResourceKind;
use model::quantity::Duration;
use serde_json::json;

use super::*;
use crate::{Group, fixture, workload};

/// A group of an identity and a Deployment of so many replicas.
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
fn a_whole_group_lives_with_the_digest_that_it_was_applied_with() {
    let applied = group(1);
    let observed = only(&applied.manifests());
    assert_eq!(observed.id, applied.id);
    assert_eq!(observed.state, State::Live(applied.digest()));
    assert_eq!(observed.needs, applied.needs);
    assert!(observed.stays, "it goes with the cluster");
}

#[test]
fn a_group_that_lacks_an_object_says_which() {
    let mut objects = group(1).manifests();
    objects.remove(0);
    assert_eq!(why_dead(&objects), "ServiceAccount/web is missing");
}

#[test]
fn a_group_of_two_versions_was_interrupted() {
    let mut objects = group(2).manifests();
    objects[0] = group(1).manifests().remove(0);
    assert_eq!(why_dead(&objects), "a change of it was interrupted");
}

#[test]
fn a_deployment_that_was_scaled_is_not_what_was_applied() {
    let mut objects = group(2).manifests();
    objects[1]["spec"]["replicas"] = json!(0);
    assert_eq!(why_dead(&objects), "it was scaled to 0, and 2 are wanted");
}

#[test]
fn what_is_being_removed_is_not_there_any_more() {
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
fn objects_without_a_group_are_nobodys() {
    assert!(groups(&[json!({"kind": "Service", "metadata": {"name": "other"}})]).is_empty());
    let label = json!({"labels": {GROUP: "nothing.web"}});
    assert!(groups(&[json!({"kind": "Service", "metadata": label})]).is_empty());
}
