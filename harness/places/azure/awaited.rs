//! How long pods may wait for images of our registry, to which the nodes of Azure may have no right
//! yet.

use std::time::Duration;

use azure::arm::ARRIVAL;
use kubernetes::Awaited;

/// How long a pod may wait for an image of our registry: until the right of the nodes has arrived,
/// and until they try again, which is after five minutes at the latest
/// (<https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff>).
pub(super) const PULL: Duration = ARRIVAL.saturating_add(Duration::from_mins(5));

/// What nodes of Azure may not have the right to pull from yet.
pub(super) fn of(registry: String) -> Awaited {
    Awaited {
        registry,
        within: PULL,
    }
}
