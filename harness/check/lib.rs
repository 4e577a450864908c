//! What must hold of every workflow, checked from what the server recorded, never from counters.
//!
//! Pure over [`Evidence`]: what the clients saw, joined with Describe and the histories that were
//! read back afterwards. Each invariant is a file in `invariants/`.

mod counter_example;
mod evidence;
mod invariant;
mod invariants;
mod json;

pub use counter_example::CounterExample;
pub use evidence::{Evidence, Reading, Unchecked, Workflow};
pub use invariant::{Finding, Invariant, check, workflows};
