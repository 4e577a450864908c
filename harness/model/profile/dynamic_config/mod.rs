//! Dynamic configuration of the Temporal server: what a profile says of it, held against the
//! settings that the server registers.
//!
//! The server itself only warns of what it does not understand, and goes on without it. The lists
//! in `keys/` are what `temporal-server validate-dynamic-config` goes by; `keys/make` writes them.

mod check;
mod constraint;
mod go_duration;
mod kind;
mod list;
mod schema;
#[cfg(test)]
mod tests;
mod written;

pub(super) use check::{constrained, for_dev_server, notices, resolve};
pub use written::{Content, DynamicConfig, Written};
