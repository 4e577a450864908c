//! The pure model: documents of the user, topologies, and the plan that reaches a topology.
//!
//! This crate reads no files, no network and no clock. The caller passes closures for such access.

pub mod azure_limits;
pub mod document;
pub mod image_name;
pub mod phase;
pub mod plan;
pub mod profile;
pub mod quantity;
pub mod seed;
pub mod topology;
pub mod verdict_kind;
pub mod yaml;
