//! What Azure is: it knows nothing of Temporal.

pub mod api_version;
pub mod arm;
pub mod limits;
pub mod price;
pub mod registry;
pub mod resource_type;
pub mod retail;
pub mod role_id;
pub mod simulator;
pub mod template;
#[cfg(test)]
mod testing;
