//! The images in the nodes: imports them, and checks them in every node.

use std::collections::BTreeSet;

use backend::Readiness;
use futures_util::future::try_join_all;
use model::plan::{Observed, Resource, State};
use model::quantity::Duration;
use model::topology::{Digest, WorkerBuilds};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::image::{Image, ids};
use super::missing::{self, Missing};
use super::names::images_id;
use super::nodes::Nodes;
use super::record::{ClusterRecord, Imported};
use super::site::Site;

/// How long the images may take to become ready.
const READY: Duration = Duration::from_secs(180);

/// How often an import is tried: a reported success may be wrong (k3d#1484).
const TRIES: usize = 3;

#[derive(Debug, Clone)]
pub(super) struct NodeImages {
    pub(super) nodes: Nodes,
}

impl NodeImages {
    pub(super) fn desire(&self, images: &[Image]) -> Resource {
        Resource {
            id: images_id(),
            digest: Image::digest(images),
            needs: vec![self.site().names.cluster_id()],
            ready_timeout: READY,
        }
    }

    /// The images that the nodes of a cluster have.
    pub(super) async fn observe(&self, record: &ClusterRecord) -> Result<Option<Observed>, Error> {
        let Some(imported) = &record.images else {
            return Ok(None);
        };
        let missing = self.missing(record, imported.ids.keys()).await?;
        let state = if imported.nodes != self.node_ids(record).await? {
            State::Dead {
                reason: "a node was replaced in the meantime".to_owned(),
            }
        } else if let Some(first) = missing.first() {
            State::Dead {
                reason: format!("missing: {first}"),
            }
        } else {
            State::Live(Digest::of(&imported.ids))
        };
        Ok(Some(Observed {
            id: images_id(),
            state,
            needs: vec![self.site().names.cluster_id()],
            stays: false,
        }))
    }

    /// Imports the images that a node lacks or has in another version. `workers` are the builds
    /// among them.
    pub(super) async fn make(
        &self,
        wanted: &[Image],
        workers: &WorkerBuilds,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        self.nodes.end_orphans().await?;
        let record = self.nodes.live().await?.ok_or(Error::NoCluster)?;
        let nodes = self.node_ids(&record).await?;
        let before = record.images.as_ref();
        let before = before.filter(|imported| imported.nodes == nodes);
        let changed = |image: &&Image| {
            before.and_then(|imported| imported.ids.get(&image.reference)) != Some(&image.id)
        };
        let changed: Vec<&Image> = wanted.iter().filter(changed).collect();
        self.import(&record, wanted, changed, cancel).await?;
        let imported = Imported {
            nodes,
            ids: ids(wanted),
            workers: workers.clone(),
        };
        ClusterRecord::change(&self.site().state, |record| record.images = Some(imported))
    }

    /// Removes the images from the record. The images themselves are removed with the nodes.
    pub(super) fn remove(&self) -> Result<(), Error> {
        ClusterRecord::change(&self.site().state, |record| record.images = None)
    }

    /// Imports images, and repeats this until every node has all wanted images. The stream into a
    /// node sometimes breaks, so the nodes' own lists count.
    pub(super) async fn import(
        &self,
        record: &ClusterRecord,
        wanted: &[Image],
        mut needed: Vec<&Image>,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let references = || wanted.iter().map(|image| &image.reference);
        let mut missing = Vec::new();
        let mut failed = None;
        for _ in 0..TRIES {
            failed = self.import_once(&needed, cancel).await.err();
            missing = self.missing(record, references()).await?;
            if missing.is_empty() {
                return Ok(());
            }
            needed = wanted
                .iter()
                .filter(|image| missing.iter().any(|it| it.reference == image.reference))
                .collect();
        }
        Err(failed.unwrap_or_else(|| Error::Import {
            cluster: self.site().names.cluster.clone(),
            missing: missing.iter().map(ToString::to_string).collect(),
        }))
    }

    async fn import_once(
        &self,
        images: &[&Image],
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        if images.is_empty() {
            return Ok(());
        }
        let source = |image: &&Image| match &image.archive {
            Some(archive) => archive.to_string(),
            None => image.reference.clone(),
        };
        let sources: Vec<String> = images.iter().map(source).collect();
        let name = &self.site().names.cluster;
        let done = self.site().k3d().import(name, &sources, cancel).await;
        done.map_err(Error::Use)
    }

    /// Whether every image is in every node.
    pub(super) async fn ready(&self) -> Readiness {
        let looked = async {
            let record = self.nodes.live().await?.ok_or(Error::NoCluster)?;
            let images = record.images.iter();
            let references = images.flat_map(|imported| imported.ids.keys());
            self.missing(&record, references).await
        };
        match looked.await {
            Ok(missing) if missing.is_empty() => Readiness::Ready,
            Ok(missing) => Readiness::Never(format!("missing: {}", list(&missing))),
            Err(error @ Error::NoCluster) => Readiness::Never(error.to_string()),
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// The images that a node lacks.
    pub(super) async fn missing(
        &self,
        record: &ClusterRecord,
        references: impl Iterator<Item = &String> + Clone,
    ) -> Result<Vec<Missing>, Error> {
        missing::find(self.site().engine().await?, record, references).await
    }

    /// The container ids of the nodes.
    async fn node_ids(&self, record: &ClusterRecord) -> Result<BTreeSet<String>, Error> {
        let engine = self.site().engine().await?;
        let nodes = record.nodes.iter().map(|node| engine.container(node));
        let nodes = try_join_all(nodes).await?.into_iter().flatten();
        Ok(nodes.map(|container| container.id).collect())
    }

    fn site(&self) -> &Site {
        &self.nodes.site
    }
}

fn list(missing: &[Missing]) -> String {
    let each: Vec<String> = missing.iter().map(ToString::to_string).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_image_of_the_same_name_changes_the_digest() {
        let image = |id: &str| Image {
            reference: "worker:1".to_owned(),
            id: id.to_owned(),
            archive: None,
        };
        assert_ne!(Image::digest(&[image("a")]), Image::digest(&[image("b")]));
    }
}
