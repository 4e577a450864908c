//! Plans the steps from observed resources to desired resources.
//!
//! Pure: [`diff`] compares desired resources with observed ones by id and digest.

mod diff;
mod model;
mod resource_id;

pub use diff::diff;
pub use model::{Action, Observed, Plan, Resource, State, Step};
pub use resource_id::{InvalidResourceId, ResourceId, ResourceKind};
