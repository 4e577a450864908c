//! The images that the workers run from.

use std::collections::BTreeMap;
use std::sync::Arc;

use azure::registry::Image;
use camino::Utf8Path;
use model::topology::{Digest, ServiceName};

/// The name of the workers' repository in the registry. An image has its digest there.
pub(super) const REPOSITORY: &str = "worker";

/// The tag in a plan for an image that was never built.
const NOT_MADE: &str = "not-made-yet";

/// The images of the workers, by service.
pub(in super::super) type Workers = BTreeMap<ServiceName, Worker>;

#[derive(Debug, Clone)]
pub(in super::super) enum Worker {
    /// An image that is built here and pushed.
    Made(Arc<Image>),
    /// An image that the profile names, in any registry.
    Named(String),
    /// An image that would be built.
    Unmade,
}

impl Worker {
    /// The image that was built last in a folder, if any.
    pub(super) fn made_in(folder: &Utf8Path) -> Option<Self> {
        let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
        let mut made = entries.filter(|entry| entry.file_name().starts_with("worker-"));
        let image = made.find_map(|entry| Image::read(entry.path()).ok())?;
        Some(Self::Made(Arc::new(image)))
    }

    /// The reference that objects use.
    pub(in super::super) fn reference(&self, registry: &str) -> String {
        match self {
            Self::Made(image) => format!("{registry}/{REPOSITORY}@{}", image.digest()),
            Self::Named(reference) => reference.clone(),
            Self::Unmade => format!("{registry}/{REPOSITORY}:{NOT_MADE}"),
        }
    }

    /// The digest of the resource; `None` if the image is not a resource.
    pub(in super::super) fn digest(&self) -> Option<Digest> {
        match self {
            Self::Made(image) => Some(Digest::of(&image.digest().to_string())),
            Self::Named(_) => None,
            Self::Unmade => Some(Digest::of(&NOT_MADE)),
        }
    }
}
