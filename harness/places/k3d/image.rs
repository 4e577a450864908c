//! An image that a cluster is to have.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use model::topology::{Digest, WorkerBuild};

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
