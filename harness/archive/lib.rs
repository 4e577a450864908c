//! Writes the folder of a run while the run goes on, and reads it back.
//!
//! Records are appended line by line and flushed at least once a second. However a run ends, its
//! folder can be read and shows where the run stopped. Reports and checks are functions of the folder.
//! Readers get one record after another, so that memory does not grow with the length of a run.
//!
//! This crate knows the formats of iterations, executions and events. It does not know those of the
//! plan, the setting and the report, which the caller defines.

mod append;
mod error;
mod extent;
mod layout;
mod lines;
mod read;
mod write;

pub use error::Error;
pub use extent::Extent;
pub use layout::{FILES, PLAN, REPORT, VERSION};
pub use lines::Lines;
pub use read::{Archive, Workflow};
pub use write::Writer;

#[cfg(test)]
mod tests;
