//! The only place that prints. Standard output carries data, standard error carries talk.

mod display;
mod follow;
mod line;
mod printer;
mod question;
mod scenarios;
mod standard;
mod table;

pub use display::{Display, Surroundings};
pub use printer::{Output, Stream, Ui};
pub use standard::standard_output;
pub use table::Table;
