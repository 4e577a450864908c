//! The only module that prints: data to standard output, messages to standard error.

mod data;
mod display;
mod follow;
mod line;
mod messages;
mod outlet;
mod printer;
mod question;
mod scenarios;
mod standard;
mod table;

pub use display::{Display, Surroundings};
pub use printer::{Output, Stream, Ui};
pub use standard::standard_output;
pub use table::Table;
