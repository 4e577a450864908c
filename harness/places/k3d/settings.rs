//! What the backend needs to know of the profile and the place.

use base::tool::Environment;
use model::profile;

/// What the backend needs to know of the profile and the place.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The profile's name.
    pub profile: String,
    /// The cluster.
    pub cluster: profile::K3d,
    /// How much of the topology is its affair.
    pub extent: Extent,
    /// The harness's own environment.
    pub environment: Environment,
}

/// How much of a topology a backend of this kind runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Topology,
    /// What the rest stands on: a cluster that has the public images, and the database beside it.
    /// Somebody else has the objects in it, and the worker's image.
    Ground,
}
