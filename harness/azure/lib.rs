//! Clients of Azure's APIs, the resources of a topology in Azure, and their cost.
//!
//! `arm`, `registry` and `retail` know nothing of profiles or of Temporal.

pub mod api_version;
pub mod arm;
pub mod price;
pub mod registry;
pub mod resource_type;
pub mod retail;
pub mod role_id;
pub mod template;
