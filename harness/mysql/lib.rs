//! MySQL as the harness uses it: a connection, preflight rules for Temporal, and the state of
//! Temporal's two schemas.
//!
//! This crate only reads and checks. Temporal's own SQL tool, which changes the schemas, runs
//! elsewhere.

mod client;
mod connect_options;
mod error;
#[cfg(test)]
mod fixture;
pub mod preflight;
pub mod schema;

pub use client::Client;
pub use connect_options::ConnectOptions;
pub use error::{Cause, Error};

#[cfg(test)]
mod tests;
