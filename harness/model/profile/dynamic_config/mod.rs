//! Dynamic configuration of the Temporal server. Checks the keys and values of a profile against
//! the settings that the server registers.
//!
//! The server itself only logs a warning for an invalid setting and ignores it. The lists in
//! `keys/` are those that `temporal-server validate-dynamic-config` uses. `keys/make` generates
//! them.

mod check;
mod constraint;
mod entry;
mod go_duration;
mod kind;
mod list;
mod schema;

pub(super) use check::{constrained, for_dev_server, notices, resolve};
pub use entry::{Content, DynamicConfig, Entry};

#[cfg(test)]
mod tests;
