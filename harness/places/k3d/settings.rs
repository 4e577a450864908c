//! The settings of the k3d backend.

use base::tool::Environment;
use model::profile;

#[derive(Debug, Clone)]
pub struct Settings {
    pub profile: String,
    /// The k3d section of the profile.
    pub cluster: profile::K3d,
    /// How much of the topology this backend runs.
    pub extent: Extent,
    pub environment: Environment,
}

/// How much of a topology a k3d backend runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Topology,
    /// A cluster with the public images, and the database beside it. Another backend adds the
    /// objects and the worker's image.
    Infrastructure,
}
