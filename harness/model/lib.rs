//! The pure model: what people write, what it means, and what has to change to make it so.
//!
//! Reads no files, asks no network and no clock; whatever it needs from outside comes through
//! closures.

pub mod azure_limits;
pub mod document;
pub mod image_name;
pub mod phase;
pub mod plan;
pub mod profile;
pub mod quantity;
pub mod seed;
pub mod topology;
pub mod verdict;
