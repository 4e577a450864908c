//! The report of a run, for programs and for people.
//!
//! It shows what [`scenario::judge`](crate::judge) decided. Only `folder`, which writes the report, is
//! not pure.

mod folder;
mod model;
mod setting;
mod summary;

pub use folder::{Error, write};
pub use model::{Generator, Report, json_schema};
pub use setting::{Machine, Setting, Versions};

#[cfg(test)]
mod tests;
