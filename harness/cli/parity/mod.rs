//! Whether two topologies are the same, as their profiles ask for them and as they run.
//!
//! [`gather`] looks at one side and changes nothing; [`compare`] is pure. What could not be looked
//! at is said to be unknown, and never taken for the same.

mod aspect;
mod compare;
mod drift;
mod facts;
mod gather;
#[cfg(test)]
mod tests;

pub use compare::{Comparison, Row, Verdict, compare};
pub use facts::{Cell, Database, Facts, Probe, Rendered, Running, Worker};
pub use gather::gather;
