//! The replicas that clients connect to.

/// The replica that the development server is.
pub(super) const TEMPORAL: &str = "temporal";

/// The replica whose frontend clients connect to.
pub(super) const FRONTEND: &str = "temporal-frontend-0";
