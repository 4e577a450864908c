//! The folder of a run: written while the run goes on, and read back.
//!
//! What happens is appended line by line and flushed at least once a second, so that whatever ends
//! a run leaves a folder that can be read, and that says where it stopped. Reports and checks are
//! functions over it. Whoever reads gets one record after another and never all of them, so that
//! memory does not grow with the length of a run.
//!
//! Knows what iterations, executions and events are, and nothing of plans and verdicts: the
//! documents that others keep in the folder are theirs.

mod append;
mod error;
mod extent;
mod layout;
mod lines;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::Error;
pub use extent::Extent;
pub use layout::{FILES, REPORT, VERSION};
pub use lines::Lines;
pub use read::{Archive, Workflow};
pub use write::Writer;
