//! Carries plans out: in the order of dependency, in parallel, with a deadline on every wait and a
//! journal entry before every side effect. Injects and heals faults. Watches for replicas that die
//! without a planned fault.
//!
//! Knows no backend by name and prints nothing. It reports by events.

pub mod fault;
mod run;
pub mod watch;

pub use run::{Error, run};
