//! What has to be known before a topology is promoted to a place that costs money and has users:
//! whether it passed what is required, whether Azure would take it, and what would change there. Changes nothing.

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
#[cfg(test)]
mod tests;

pub use difference::{Difference, Property, differences};
pub use evidence::{Damaged, Evidence, Reports, read};
pub use gate::{Candidate, Condition, Instead, Required, Standing, judge};
pub use look::{Group, Outlook, look};
pub use preflight::{Check, Problem};
