//! The differences from what was applied, whoever caused them.

use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams};
use kube::{Api, core::ApiResource};
use serde_json::{Value, json};
use testing::docker_engine::SHELL;

use super::test_namespace::{STAYS, TestNamespace};
use crate::object::kinds;
use crate::{Exposure, Group, Object, fixture, objects};

/// The whole topology, scaled to 0 so that its images are not needed.
fn scaled_to_zero(mut groups: Vec<Group>) -> Vec<Group> {
    let objects = groups.iter_mut().flat_map(|group| &mut group.objects);
    for object in objects {
        match object {
            Object::Deployment(deployment) => {
                deployment.spec.as_mut().expect("it has one").replicas = Some(0);
            }
            Object::Job(job) => job.spec.as_mut().expect("it has one").suspend = Some(true),
            _ => {}
        }
    }
    groups
}

/// Another user in the namespace.
struct OtherUser<'a>(&'a TestNamespace);

impl OtherUser<'_> {
    fn of_kind(&self, kind: &str) -> Api<DynamicObject> {
        let mut kinds = kinds().into_iter();
        let kind: ApiResource = kinds.find(|known| known.kind == kind).expect("a kind");
        self.0.cluster.of_kind(&kind)
    }

    async fn edits(&self, kind: &str, name: &str, change: Value) {
        let objects = self.of_kind(kind);
        let how = PatchParams {
            field_manager: Some("kubectl-edit".to_owned()),
            ..PatchParams::default()
        };
        let edited = objects.patch(name, &how, &Patch::Merge(&change)).await;
        edited.expect("it is changed");
    }

    async fn scales(&self, name: &str, replicas: u16) {
        let objects = self.of_kind("Deployment");
        let how = PatchParams {
            field_manager: Some("kubectl".to_owned()),
            ..PatchParams::default()
        };
        let change = Patch::Merge(json!({"spec": {"replicas": replicas}}));
        let scaled = objects.patch_scale(name, &how, &change).await;
        scaled.expect("it is scaled");
    }
}

#[tokio::test]
#[ignore = "needs k3d"]
async fn applied_objects_have_no_differences_and_changed_ones_have_exactly_those() {
    let namespace = TestNamespace::new("test-drift").await;
    let mut site = namespace.site.clone();
    site.exposure = Exposure::none();
    let two = ["temporal.roles.history.replicas=2"];
    let mut groups = scaled_to_zero(objects(&fixture::topology(&two), &site));
    groups.push(namespace.group("shell", 1, SHELL, STAYS));
    let differences = async |groups: &[Group]| -> Vec<String> {
        let found = namespace.cluster.differences(groups).await.expect("asked");
        found.iter().map(ToString::to_string).collect()
    };
    for _ in 0..2 {
        for group in &groups {
            namespace.apply(group).await;
        }
        assert_eq!(differences(&groups).await, Vec::<String>::new());
    }

    let (last, others) = groups.split_last().expect("there are some");
    assert_eq!(
        differences(others).await,
        [
            "ServiceAccount/shell is not part of the topology",
            "Deployment/shell is not part of the topology",
        ]
    );

    let other_user = OtherUser(&namespace);
    other_user.scales("shell", 0).await;
    let label = json!({"metadata": {"labels": {"app.kubernetes.io/component": null}}});
    other_user.edits("ServiceAccount", "web", label).await;
    let note = json!({"metadata": {"annotations": {"mine": "yes"}}});
    other_user.edits("Deployment", "web", note).await;
    let password = json!({"data": {"password": "aHVudGVyMg=="}});
    other_user.edits("Secret", "mysql", password).await;
    let settle = json!({"spec": {"minReadySeconds": 9}});
    other_user.edits("Deployment", "worker", settle).await;
    let policies = other_user.of_kind("NetworkPolicy");
    let how = DeleteParams::default();
    let gone = policies.delete("name-resolution", &how).await;
    gone.expect("it is removed");
    assert_eq!(
        differences(&groups).await,
        [
            "Secret/mysql data.password: differs",
            "NetworkPolicy/name-resolution is missing",
            r#"ServiceAccount/web metadata.labels['app.kubernetes.io/component']: (none) -> "web""#,
            "Deployment/worker spec.minReadySeconds: 9 -> 5",
            "Deployment/shell spec.replicas: 0 -> 1",
        ]
    );
    for group in &groups {
        namespace.apply(group).await;
    }
    assert_eq!(differences(&groups).await, Vec::<String>::new());

    // A property that cannot be changed in place.
    let mut moved = last.clone();
    if let Some(Object::Deployment(deployment)) = moved.objects.last_mut() {
        let spec = deployment.spec.as_mut().expect("it has one");
        let labels = spec.selector.match_labels.as_mut().expect("it has some");
        labels.insert("harness/moved".to_owned(), "yes".to_owned());
        let pods = spec.template.metadata.as_mut().expect("it has some");
        let labels = pods.labels.as_mut().expect("it has some");
        labels.insert("harness/moved".to_owned(), "yes".to_owned());
    }
    let moved = [others, &[moved]].concat();
    let found = differences(&moved).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("Deployment/shell must be created again:"),
        "{found:?}"
    );
}
