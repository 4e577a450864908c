//! The images that a cluster needs, and how Docker gets them.

use std::collections::BTreeMap;

use backend::{Fetch, Provision};
use camino::Utf8PathBuf;
use docker::Engine;
use futures_util::future::try_join_all;
use kubernetes::Images;
use model::topology::{Digest, Topology};

use super::error::Error;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// The reference that objects and Docker use.
    pub(super) reference: String,
    /// The id, which changes with the content.
    pub(super) id: String,
    /// The archive to import it from. Without one, it is imported from Docker.
    pub(super) archive: Option<Utf8PathBuf>,
}

impl Image {
    /// The digest of all images together.
    pub(super) fn digest(images: &[Self]) -> Digest {
        Digest::of(&ids(images))
    }
}

pub(super) fn ids(images: &[Image]) -> BTreeMap<String, String> {
    let id = |image: &Image| (image.reference.clone(), image.id.clone());
    images.iter().map(id).collect()
}

/// The references of a topology's images, except the workers'.
pub(super) fn references(topology: &Topology) -> [String; 3] {
    let Images {
        server,
        admin_tools,
        web,
        workers: _,
    } = Images::of(topology, BTreeMap::new());
    [server, admin_tools, web]
}

/// The images of these references. Pulls the missing ones, all at once.
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
        })
    });
    Ok(try_join_all(each).await?)
}
