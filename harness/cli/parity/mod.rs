//! Compares two topologies: what their profiles require, and what runs.
//!
//! [`gather`] looks at one side and changes nothing; [`compare`] is pure. What could not be read
//! counts as unknown, never as the same.

mod aspect;
mod compare;
mod drift;
mod facts;
mod gather;

pub use compare::{Comparison, Row, Verdict, compare};
pub use facts::{Cell, Database, Facts, Probe, Rendered, Running, Worker};
pub use gather::gather;

#[cfg(test)]
mod tests;
