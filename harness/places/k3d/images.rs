//! The images in the nodes: provided in Docker, imported, and looked for in every node.

use std::collections::{BTreeMap, BTreeSet};

use backend::{Fetch, Provision, Readiness};
use docker::Engine;
use futures_util::future::try_join_all;
use kubernetes::Images;
use model::plan::{Observed, State};
use model::topology::{Digest, Topology};

use super::backend::K3dBackend;
use super::error::Error;
use super::found::Found;
use super::image::{Image, ids};
use super::names::images_id;
use super::record::{Imported, Record};

/// How often an import is tried: one that says it has succeeded may not have (k3d#1484).
const TRIES: usize = 3;

/// The references of a topology's images, but for the worker's.
pub(super) fn references(topology: &Topology) -> [String; 3] {
    let Images {
        server,
        admin_tools,
        web,
        worker: _,
    } = Images::of(topology, "");
    [server, admin_tools, web]
}

/// The images of these references, those that are absent pulled, all at once.
pub(super) async fn provide(
    engine: &Engine,
    references: &[String],
    provision: Provision<'_>,
) -> Result<Vec<Image>, backend::Error> {
    let Provision {
        fetch,
        events,
        cancel,
    } = provision;
    let each = references.iter().map(|reference| async move {
        let found = match fetch {
            Fetch::Missing => Some(
                engine
                    .provide_image(reference, events.listener(), cancel)
                    .await?,
            ),
            Fetch::Nothing => engine.image(reference).await?,
        };
        Ok::<_, Error>(Image {
            reference: reference.clone(),
            id: found.map_or_else(|| "missing".to_owned(), |image| image.id),
            archive: None,
            build: None,
        })
    });
    Ok(try_join_all(each).await?)
}

impl K3dBackend {
    /// The images as the nodes have them.
    pub(super) async fn observed_images(&self, record: &Record) -> Result<Option<Observed>, Error> {
        let Some(imported) = &record.images else {
            return Ok(None);
        };
        let missing = self.missing(record, imported.ids.keys()).await?;
        let state = if imported.nodes != self.node_ids(record).await? {
            State::Dead {
                reason: "a node was replaced since".to_owned(),
            }
        } else if let Some(first) = missing.first() {
            State::Dead {
                reason: format!("not there: {first}"),
            }
        } else {
            State::Live(Digest::of(&imported.ids))
        };
        Ok(Some(Observed {
            id: images_id(),
            state,
            needs: vec![self.names().cluster_id()],
        }))
    }

    /// Imports what a node lacks or has in another version.
    pub(super) async fn import_images(&self) -> Result<(), Error> {
        self.end_orphans().await?;
        let Found::Live(record) = self.find_cluster().await? else {
            return Err(Error::NoCluster);
        };
        let wanted = &self.wanted(&images_id())?.images;
        let nodes = self.node_ids(&record).await?;
        let before = record.images.as_ref();
        let before = before.filter(|imported| imported.nodes == nodes);
        let changed = |image: &&Image| {
            before.and_then(|imported| imported.ids.get(&image.reference)) != Some(&image.id)
        };
        let mut needed: Vec<&Image> = wanted.iter().filter(changed).collect();
        let references = || wanted.iter().map(|image| &image.reference);
        let mut failed = None;
        for _ in 0..TRIES {
            // Its stream into a node breaks now and then; what the nodes have is what counts.
            failed = self.import(&needed).await.err();
            let missing = self.missing(&record, references()).await?;
            if missing.is_empty() {
                return self.remember_images(Imported {
                    nodes,
                    ids: ids(wanted),
                    worker: wanted.iter().find_map(|image| image.build.clone()),
                });
            }
            needed = wanted
                .iter()
                .filter(|image| lacked(&missing, image))
                .collect();
        }
        let missing = self.missing(&record, references()).await?;
        Err(failed.unwrap_or_else(|| Error::Import {
            cluster: self.names().cluster.clone(),
            missing,
        }))
    }

    async fn import(&self, images: &[&Image]) -> Result<(), Error> {
        if images.is_empty() {
            return Ok(());
        }
        let source = |image: &&Image| match &image.archive {
            Some(archive) => archive.to_string(),
            None => image.reference.clone(),
        };
        let sources: Vec<String> = images.iter().map(source).collect();
        let name = &self.names().cluster;
        let done = self.k3d().import(name, &sources, self.cancel()).await;
        done.map_err(Error::Use)
    }

    fn remember_images(&self, imported: Imported) -> Result<(), Error> {
        self.change_record(|record| record.images = Some(imported))
    }

    /// Whether every image is in every node.
    pub(super) async fn images_ready(&self) -> Readiness {
        let looked = async {
            let Found::Live(record) = self.find_cluster().await? else {
                return Err(Error::NoCluster);
            };
            let images = record.images.clone().unwrap_or(Imported {
                nodes: BTreeSet::new(),
                ids: BTreeMap::new(),
                worker: None,
            });
            self.missing(&record, images.ids.keys()).await
        };
        match looked.await {
            Ok(missing) if missing.is_empty() => Readiness::Ready,
            Ok(missing) => Readiness::Never(format!("not there: {}", missing.join(", "))),
            Err(error @ Error::NoCluster) => Readiness::Never(error.to_string()),
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// The images that a node lacks, as `IMAGE in NODE`: asked of the node itself.
    pub(super) async fn missing(
        &self,
        record: &Record,
        references: impl Iterator<Item = &String> + Clone,
    ) -> Result<Vec<String>, Error> {
        let engine = &self.docker().await?.engine;
        let lists = try_join_all(record.nodes.iter().map(|node| async move {
            match engine.exec(node, &["ctr", "image", "ls", "-q"]).await? {
                (0, list) => Ok((node, list)),
                (_, said) => Err(Error::List {
                    node: node.clone(),
                    said: said.trim().to_owned(),
                }),
            }
        }));
        let mut missing = Vec::new();
        for (node, list) in lists.await? {
            let there: BTreeSet<&str> = list.lines().map(str::trim).collect();
            for reference in references.clone() {
                if !there.contains(whole(reference).as_str()) {
                    missing.push(in_node(reference, node));
                }
            }
        }
        Ok(missing)
    }

    /// The ids of the containers that are the nodes.
    async fn node_ids(&self, record: &Record) -> Result<BTreeSet<String>, Error> {
        let engine = &self.docker().await?.engine;
        let nodes = record.nodes.iter().map(|node| engine.container(node));
        let nodes = try_join_all(nodes).await?.into_iter().flatten();
        Ok(nodes.map(|container| container.id).collect())
    }
}

fn in_node(reference: &str, node: &str) -> String {
    format!("{reference} in {node}")
}

fn lacked(missing: &[String], image: &Image) -> bool {
    let beginning = in_node(&image.reference, "");
    missing
        .iter()
        .any(|missing| missing.starts_with(&beginning))
}

/// A reference as containerd keeps it, with registry and tag: `docker.io/library/mysql:8.4`.
fn whole(reference: &str) -> String {
    let (first, rest) = reference.split_once('/').unwrap_or(("", reference));
    let with_registry = if first.contains(['.', ':']) || first == "localhost" {
        reference.to_owned()
    } else if first.is_empty() {
        format!("docker.io/library/{rest}")
    } else {
        format!("docker.io/{reference}")
    };
    let name = with_registry.rsplit('/').next().unwrap_or_default();
    if name.contains([':', '@']) {
        with_registry
    } else {
        format!("{with_registry}:latest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_looked_for_as_the_nodes_have_it() {
        for (reference, kept) in [
            (
                "temporalio/server:1.32.0",
                "docker.io/temporalio/server:1.32.0",
            ),
            ("mysql", "docker.io/library/mysql:latest"),
            ("harness.local/worker:012345", "harness.local/worker:012345"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
            ("localhost/a", "localhost/a:latest"),
        ] {
            assert_eq!(whole(reference), kept);
        }
    }

    #[test]
    fn another_image_of_the_same_name_is_another_set_of_images() {
        let image = |id: &str| Image {
            reference: "worker:1".to_owned(),
            id: id.to_owned(),
            archive: None,
            build: None,
        };
        assert_ne!(Image::digest(&[image("a")]), Image::digest(&[image("b")]));
    }
}
