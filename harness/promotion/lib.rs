//! The checks before a topology is promoted to Azure: whether it passed the required scenarios,
//! whether Azure would accept it, and what would change. Changes nothing.

mod difference;
mod evidence;
#[cfg(test)]
mod fixture;
mod gate;
mod immutable;
mod look;
mod notes;
mod preflight;
mod reading;
mod tags;

pub use difference::{Difference, Property, differences};
pub use evidence::{Damaged, Evidence, Reports, read};
pub use gate::{Candidate, Condition, Mismatch, Required, Standing, judge};
pub use look::{Group, Outlook, look};
pub use preflight::{Check, Problem};

#[cfg(test)]
mod tests;
