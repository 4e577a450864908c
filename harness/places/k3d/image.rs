//! The images that a cluster is to have, and how Docker is provided with them.

use std::collections::BTreeMap;

use backend::{Fetch, Provision};
use camino::Utf8PathBuf;
use docker::Engine;
use futures_util::future::try_join_all;
use kubernetes::Images;
use model::topology::{Digest, Topology, WorkerBuild};

use super::error::Error;

/// An image that the cluster needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// Its reference, as objects and Docker have it.
    pub(super) reference: String,
    /// What tells it from another one of that reference.
    pub(super) id: String,
    /// The archive that it is imported from; otherwise it is in Docker.
    pub(super) archive: Option<Utf8PathBuf>,
    /// Which build of the worker is in it; of the worker's image alone.
    pub(super) build: Option<WorkerBuild>,
}

impl Image {
    /// The identity of all images together.
    pub(super) fn digest(images: &[Self]) -> Digest {
        Digest::of(&ids(images))
    }
}

pub(super) fn ids(images: &[Image]) -> BTreeMap<String, String> {
    let id = |image: &Image| (image.reference.clone(), image.id.clone());
    images.iter().map(id).collect()
}

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
