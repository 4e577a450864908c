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
use super::parts::Parts;
use super::probe::Prober;
use super::record::ClusterRecord;
use super::site::Site;

/// How long the cluster may take to list its objects.
const LOOK: Duration = Duration::from_secs(5);

/// The annotation of pods with the ids of their images. A new image of the same name changes it, so
/// the pods are replaced.
const IMAGES: &str = "harness/images";

/// A group with what it needs in a k3d cluster: the cluster, its images, and the database beside
/// it.
pub(super) fn with_needs(mut group: Group, names: &Names, images: &[Image]) -> Group {
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

/// Adds the ids of the images of its pods to a Deployment.
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
    /// For checks of ports on this machine.
    pub(super) http: reqwest::Client,
}

impl Groups {
    /// The groups in a living cluster; empty if its API does not answer. A group that was applied
    /// and no longer exists is dead.
    pub(super) async fn observe(&self, record: &ClusterRecord) -> Vec<Observed> {
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

    /// Why missing groups can never work in this cluster: a node lost a port through which this
    /// machine reaches them. `None` if no port is lost.
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
        // A cluster that does not answer is reported by other checks.
        let lost = timeout(LOOK, cluster.lost_port(broken)).await;
        lost.ok()?.ok()?
    }

    pub(super) async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), backend::Error> {
        let cluster = self.site().api.cluster().await?;
        let group = parts.groups.get(id);
        let group = group.ok_or_else(|| Error::Unknown { id: id.clone() })?;
        if id.kind() == ResourceKind::Job {
            let mysql = self.site().mysql().await?;
            mysql
                .schema()
                .check(&parts.topology.temporal.version)
                .await?;
        }
        let state = &self.site().state;
        ClusterRecord::change(state, |record| _ = record.groups.insert(id.clone()))?;
        cluster.apply(group).await
    }

    /// Removes a group that the topology no longer has.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        self.site().api.cluster().await?.delete(id).await?;
        let state = &self.site().state;
        ClusterRecord::change(state, |record| _ = record.groups.remove(id))?;
        Ok(())
    }

    /// Whether a group does its job. With `parts`, it is also checked from outside the cluster.
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
                // The result of the Job counts. A copy of the golden snapshot already has it, so
                // there is no need to wait for the Job.
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
        let prober = Prober {
            site: self.site(),
            http: &self.http,
            parts,
        };
        match prober.serves(id.name()).await {
            Ok(()) => Readiness::Ready,
            Err(reason) => Readiness::NotYet(reason),
        }
    }

    fn site(&self) -> &Site {
        &self.nodes.site
    }
}
