//! Carries a plan out: in the order of dependency, in parallel, with a deadline on every wait and
//! a journal record before every side effect.
//!
//! Knows no backend by name and prints nothing; what happens leaves as events.

mod run;

pub use run::{Error, run};
