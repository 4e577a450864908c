//! How long pods may wait for images from our registry, since the nodes may not have the right to
//! pull yet.

use std::time::Duration;

use azure::arm::PROPAGATION_TIME;
use kubernetes::Awaited;

/// How long a pod may wait for an image from our registry: until the role assignment of the nodes
/// takes effect, and until the nodes try again, which takes up to five minutes
/// (<https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff>).
pub(super) const PULL: Duration = PROPAGATION_TIME.saturating_add(Duration::from_mins(5));

/// The registry that the nodes may not have the right to pull from yet.
pub(super) fn of(registry: String) -> Awaited {
    Awaited {
        registry,
        within: PULL,
    }
}
