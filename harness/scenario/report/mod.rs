//! Reports: what came of a run, for programs and for people.
//!
//! Decides nothing: everything here was decided by [`scenario::judge`](crate::judge).
//! Pure but for `folder`, which writes the report.

mod folder;
mod model;
mod setting;
mod summary;
#[cfg(test)]
mod tests;

pub use folder::{Error, write};
pub use model::{Generator, Report, json_schema};
pub use setting::{Machine, Setting, Versions};
