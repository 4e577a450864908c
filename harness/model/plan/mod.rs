//! From what should be and what is to what to do.
//!
//! Pure: [`diff`] compares desired resources with observed ones by identity and digest.

mod diff;
mod model;
mod resource_id;

pub use diff::diff;
pub use model::{Action, Observed, Plan, Resource, State, Step};
pub use resource_id::{NoResource, ResourceId, ResourceKind};
