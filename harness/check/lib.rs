//! Invariants of workflows, checked on the server's records and never on counters.
//!
//! Pure. A [`Checker`] takes one [`Workflow`] after another, each with the client's and the server's
//! view, and keeps only its [`Finding`]. Each invariant is a file in `invariants/`.

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
