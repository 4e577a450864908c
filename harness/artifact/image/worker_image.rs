//! The type of a worker's image.

use camino::Utf8PathBuf;
use model::topology::WorkerBuild;

/// The repository of images that are made here. No registry has this name, so no registry is asked.
pub(super) const REPOSITORY: &str = "harness.local/worker";

/// An image that can run as soon as the container runtime has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerImage {
    /// The image reference. The tag of an image made here is the first twelve digits of its id.
    pub reference: String,
    /// The archive to load or import. Without one, the image is in Docker under `reference`, or
    /// must be pulled.
    pub archive: Option<Utf8PathBuf>,
    /// The build of the worker in it, if known.
    pub build: WorkerBuild,
}

impl WorkerImage {
    /// An image that somebody else made.
    pub(super) fn named(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            archive: None,
            build: WorkerBuild::of_reference(reference),
        }
    }
}
