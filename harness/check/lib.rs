//! What must hold of every workflow, checked from what the server recorded, never from counters.
//!
//! Pure: a [`Checker`] is shown one [`Workflow`] after another, each from both sides, and keeps no
//! more than what it says in the end. Each invariant is a file in `invariants/`.

mod answer;
mod checker;
mod counter_example;
mod finding;
mod invariant;
mod invariants;
mod json;
mod unread;
mod workflow;

pub use checker::Checker;
pub use counter_example::CounterExample;
pub use finding::{Finding, workflows};
pub use invariant::Invariant;
pub use unread::Unread;
pub use workflow::Workflow;
