//! What the image of a worker is.

use camino::Utf8PathBuf;
use model::topology::WorkerBuild;

/// The name of images that are made here. No registry has it, so that none is ever asked.
pub(super) const REPOSITORY: &str = "harness.local/worker";

/// An image that can be run as soon as it is where containers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerImage {
    /// Its reference. Of an image that was made here it says what is in it, by the first twelve
    /// digits of its id.
    pub reference: String,
    /// The archive to load or import; without one it is in Docker under `reference`, or to be
    /// pulled.
    pub archive: Option<Utf8PathBuf>,
    /// Which build of the worker is in it, as far as that is known.
    pub build: WorkerBuild,
}
