//! The groups of objects in the cluster.

use std::time::Duration;

use backend::Readiness;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kubernetes::{Group, Object};
use model::plan::{Observed, ResourceId, ResourceKind, State};
use tokio::time::timeout;

use super::error::Error;
use super::image::Image;
use super::names::{Names, images_id};
use super::nodes::Nodes;
use super::outside::Outside;
use super::parts::Parts;
use super::record::Record;
use super::site::Site;

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
        ResourceKind::Job => vec![images_id(), database::container_id()],
        ResourceKind::Deployment => vec![images_id()],
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

/// The groups of objects in the cluster.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    pub(super) nodes: Nodes,
    /// Asks what listens on this machine.
    pub(super) http: reqwest::Client,
}

impl Groups {
    /// The groups in a living cluster; none if its API does not answer. One that was applied and is
    /// not there any more is dead.
    pub(super) async fn observe(&self, record: &Record) -> Vec<Observed> {
        let Ok(cluster) = self.site().api.cluster().await else {
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
                    stays: true,
                });
            }
        }
        let cluster = self.site().names.cluster_id();
        for group in &mut observed {
            if !group.needs.contains(&cluster) {
                group.needs.push(cluster.clone());
            }
        }
        observed
    }

    /// Why the groups that are wanted and do not live can never be made in this cluster: a port of its
    /// nodes is lost, and the way in from this machine leads to that port.
    pub(super) async fn lost_port(&self, parts: &Parts, observed: &[Observed]) -> Option<String> {
        let lives = |group: &Group| {
            let mut same = observed.iter().filter(|seen| seen.id == group.id);
            same.any(|seen| matches!(seen.state, State::Live(_)))
        };
        let groups = parts.groups.values();
        let broken: Vec<&Group> = groups.filter(|group| !lives(group)).collect();
        if broken.is_empty() {
            return None;
        }
        let cluster = self.site().api.cluster().await.ok()?;
        // A cluster that does not answer is seen as such by whoever needs an answer.
        let lost = timeout(LOOK, cluster.lost_port(broken)).await;
        lost.ok()?.ok()?
    }

    /// Applies a group.
    pub(super) async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), backend::Error> {
        let cluster = self.site().api.cluster().await?;
        let group = parts.groups.get(id);
        let group = group.ok_or_else(|| Error::Unknown { id: id.clone() })?;
        if id.kind() == ResourceKind::Job {
            let mysql = self.site().mysql().await?;
            mysql.check_schema(&parts.topology.temporal.version).await?;
        }
        let state = &self.site().state;
        Record::change(state, |record| _ = record.groups.insert(id.clone()))?;
        cluster.apply(group).await
    }

    /// Removes a group that the topology has no more.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        self.site().api.cluster().await?.delete(id).await?;
        let state = &self.site().state;
        Record::change(state, |record| _ = record.groups.remove(id))?;
        Ok(())
    }

    /// Whether a group does its job; where it is known what was prepared, also for those outside the
    /// cluster.
    pub(super) async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        let mysql = match self.site().mysql().await {
            Ok(mysql) => mysql,
            Err(error) => return Readiness::unseen(&error),
        };
        match id.kind() {
            ResourceKind::Base => match self.ready_inside(id).await {
                Readiness::Ready => self.nodes.pods_can_run().await,
                other => other,
            },
            ResourceKind::Job => {
                // What counts is what the Job is to leave. In a copy of the golden snapshot that is
                // there already, and nobody needs to wait until it has found so.
                let database = parts.map(|parts| &parts.database);
                match mysql.ready(&database::schema_id(), database).await {
                    Readiness::Ready => Readiness::Ready,
                    _ => self.ready_inside(id).await,
                }
            }
            _ => match (self.ready_inside(id).await, parts) {
                (Readiness::Ready, Some(parts)) => self.ready_outside(id, parts).await,
                (inside, _) => inside,
            },
        }
    }

    async fn ready_inside(&self, id: &ResourceId) -> Readiness {
        match self.site().api.cluster().await {
            Ok(cluster) => cluster.group_ready(id).await,
            Err(error) => Readiness::unseen(&error),
        }
    }

    async fn ready_outside(&self, id: &ResourceId, parts: &Parts) -> Readiness {
        let outside = Outside {
            site: self.site(),
            http: &self.http,
            parts,
        };
        match outside.serves(id.name()).await {
            Ok(()) => Readiness::Ready,
            Err(reason) => Readiness::NotYet(reason),
        }
    }

    fn site(&self) -> &Site {
        &self.nodes.site
    }
}
