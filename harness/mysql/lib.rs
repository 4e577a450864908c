//! What MySQL is to us: a connection, the variables that matter, whether it fits Temporal, and the
//! state of Temporal's two schemas in it.
//!
//! Reads and judges; what changes a schema is Temporal's own SQL tool, which is run elsewhere.

mod access;
mod client;
mod error;
#[cfg(test)]
mod fixture;
pub mod preflight;
pub mod schema;
#[cfg(test)]
mod tests;

pub use access::Access;
pub use client::Client;
pub use error::{Cause, Error};
