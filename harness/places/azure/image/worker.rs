//! Which image the worker runs from.

use std::sync::Arc;

use azure::registry::Image;
use camino::Utf8Path;
use model::topology::Digest;

/// What the worker is called in the registry.
pub(super) const REPOSITORY: &str = "worker";

/// What a plan that is not carried out says of an image that was never made.
const NOT_MADE: &str = "not-made-yet";

/// The image of the worker.
#[derive(Debug, Clone)]
pub(in super::super) enum Worker {
    /// One that is made here, and pushed.
    Made(Arc<Image>),
    /// One that the profile names, in whatever registry it is.
    Named(String),
    /// One that would be made.
    Unmade,
}

impl Worker {
    /// The one that was made last in a folder, if any was.
    pub(super) fn made_in(folder: &Utf8Path) -> Option<Self> {
        let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
        let mut made = entries.filter(|entry| entry.file_name().starts_with("worker-"));
        let image = made.find_map(|entry| Image::read(entry.path()).ok())?;
        Some(Self::Made(Arc::new(image)))
    }

    /// How objects name it.
    pub(in super::super) fn reference(&self, registry: &str) -> String {
        match self {
            Self::Made(image) => format!("{registry}/{REPOSITORY}@{}", image.digest()),
            Self::Named(reference) => reference.clone(),
            Self::Unmade => format!("{registry}/{REPOSITORY}:{NOT_MADE}"),
        }
    }

    /// Its identity as a resource; none if it is none.
    pub(in super::super) fn digest(&self) -> Option<Digest> {
        match self {
            Self::Made(image) => Some(Digest::of(&image.digest().to_string())),
            Self::Named(_) => None,
            Self::Unmade => Some(Digest::of(&NOT_MADE)),
        }
    }
}
