//! Loads profiles from a table of files. Tests whole error texts and properties of every profile.

mod algebra;
mod assignments;
mod chain;
mod fixture;
mod run;
mod show;
mod values;
mod workers;

pub use fixture::load;
pub(super) use fixture::{read, wrong};
