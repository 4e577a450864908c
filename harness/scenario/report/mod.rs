//! The report of a run, for programs and for people.
//!
//! It shows what [`assess`](fn@crate::assess) decided. Only `write` is not pure.

mod load;
mod model;
mod setting;
mod summary;
mod write;

pub use self::write::{Error, write};
pub use model::{Generator, Report, json_schema};
pub use setting::{Machine, Setting, Versions};

#[cfg(test)]
mod tests;
