//! What is done to a place, whichever it is: a plan carried out in the order of dependency, in
//! parallel, with a deadline on every wait and a journal record before every side effect; faults
//! injected and healed; and a watch for who dies although no fault planned it.
//!
//! Knows no backend by name and prints nothing; what happens leaves as events.

pub mod fault;
mod run;
pub mod watch;

pub use run::{Error, run};
