//! The replicas that clients connect to.

/// The replica that runs the development server.
pub(super) const TEMPORAL: &str = "temporal";

/// The replica whose frontend clients connect to.
pub(super) const FRONTEND: &str = "temporal-frontend-0";
