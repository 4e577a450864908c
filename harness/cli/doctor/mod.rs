//! What this machine can run: looked up by probes that run at once, each under a deadline, and
//! told as a list of checks with what to do about each that is not well.
//!
//! Changes nothing and fetches nothing; never tells the value of a variable.

mod azure;
mod check;
mod probe;

pub use check::{Check, Findings, Found, Status, checks};
pub use probe::find_k3d;
pub use probe::probe;
