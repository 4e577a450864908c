//! Reports: what came of a run, for programs and for people.
//!
//! Decides nothing: everything here was decided by [`scenario::judge`](crate::judge).
//! Pure but for `folder`, which writes the files of a run.

mod files;
mod folder;
mod model;
mod summary;
#[cfg(test)]
mod tests;

pub use folder::{Error, begin, write};
pub use model::{Context, Generator, Machine, Report, Versions, json_schema};
