//! The groups of objects in the cluster.

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kubernetes::{Group, Object};
use model::plan::{Action, Observed, ResourceId, State};
use tokio::time::timeout;

use super::backend::K3dBackend;
use super::error::Error;
use super::image::Image;
use super::names::{Names, images_id};
use super::ports::MYSQL;
use super::record::Record;
use super::wanted::Wanted;

/// How long the cluster may take to say what is in it.
const LOOK: Duration = Duration::from_secs(5);

/// The annotation of pods with the ids of their images: another image of the same name makes other
/// pods.
const IMAGES: &str = "harness/images";

/// A group as it is in a cluster of this kind: it also needs the cluster, its images, and the
/// database beside it.
pub(super) fn placed(mut group: Group, names: &Names, images: &[Image]) -> Group {
    let id = &group.id;
    let needed = match id.kind() {
        "job" => vec![images_id(), ResourceId::new("container", MYSQL)],
        "deployment" => vec![images_id()],
        _ => Vec::new(),
    };
    let more = std::iter::once(names.cluster_id()).chain(needed);
    for need in more {
        if !group.needs.contains(&need) {
            group.needs.push(need);
        }
    }
    for object in &mut group.objects {
        name_images(object, images);
    }
    group
}

/// Writes the ids of the images of a Deployment's pods into it.
fn name_images(object: &mut Object, images: &[Image]) {
    let Object::Deployment(deployment) = object else {
        return;
    };
    let Some(template) = deployment.spec.as_mut().map(|spec| &mut spec.template) else {
        return;
    };
    let containers = template.spec.iter().flat_map(|pod| &pod.containers);
    let used: Vec<&str> = containers
        .filter_map(|container| container.image.as_deref())
        .collect();
    let ids = images
        .iter()
        .filter(|image| used.contains(&image.reference.as_str()));
    let ids: Vec<&str> = ids.map(|image| image.id.as_str()).collect();
    let metadata = template.metadata.get_or_insert_with(ObjectMeta::default);
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.insert(IMAGES.to_owned(), ids.join(" "));
}

impl K3dBackend {
    /// The groups in a living cluster; none if its API does not answer. One that was applied and is
    /// not there any more is dead.
    pub(super) async fn observed_groups(&self, record: &Record) -> Vec<Observed> {
        let Ok(cluster) = self.kubernetes().await else {
            return Vec::new();
        };
        let Ok(Ok(mut observed)) = timeout(LOOK, cluster.observe()).await else {
            return Vec::new();
        };
        for group in &record.groups {
            if !observed.iter().any(|seen| seen.id == *group) {
                observed.push(Observed {
                    id: group.clone(),
                    state: State::Dead {
                        reason: "it is gone from the cluster".to_owned(),
                    },
                    needs: Vec::new(),
                });
            }
        }
        let cluster = self.names().cluster_id();
        for group in &mut observed {
            if !group.needs.contains(&cluster) {
                group.needs.push(cluster.clone());
            }
        }
        observed
    }

    /// Why the groups that are wanted and do not live can never be made in this cluster: a port of its
    /// nodes is lost, and the way in from this machine leads to that port.
    pub(super) async fn lost_port(&self, observed: &[Observed]) -> Option<String> {
        let wanted = self.wanted(&self.names().cluster_id()).ok()?;
        let lives = |group: &Group| {
            let mut same = observed.iter().filter(|seen| seen.id == group.id);
            same.any(|seen| matches!(seen.state, State::Live(_)))
        };
        let groups = wanted.groups.values();
        let broken: Vec<&Group> = groups.filter(|group| !lives(group)).collect();
        if broken.is_empty() {
            return None;
        }
        let cluster = self.kubernetes().await.ok()?;
        // A cluster that does not answer is seen as such by whoever needs an answer.
        let lost = timeout(LOOK, cluster.lost_port(broken)).await;
        lost.ok()?.ok()?
    }

    /// Applies or removes a group.
    pub(super) async fn apply_group(
        &self,
        id: &ResourceId,
        action: Action,
    ) -> Result<(), backend::Error> {
        if action == Action::Delete {
            return self.remove_group(id).await;
        }
        let cluster = self.kubernetes().await?;
        let wanted = self.wanted(id)?;
        let group = wanted.groups.get(id);
        let group = group.ok_or_else(|| Error::Unknown { id: id.clone() })?;
        if id.kind() == "job" {
            let mysql = &self.docker().await?.mysql;
            mysql
                .check_schema(&wanted.topology.temporal.version)
                .await?;
        }
        self.change_record(|record| _ = record.groups.insert(id.clone()))?;
        cluster.apply(group).await
    }

    /// Removes a group that the topology has no more. One that it has is removed only where all of
    /// it is taken down, and then it goes with the cluster, at once.
    async fn remove_group(&self, id: &ResourceId) -> Result<(), backend::Error> {
        let cluster_stays = |wanted: &Wanted| !wanted.groups.contains_key(id);
        if self.wanted(id).is_ok_and(cluster_stays) {
            self.kubernetes().await?.delete(id).await?;
            self.change_record(|record| _ = record.groups.remove(id))?;
        }
        Ok(())
    }
}
