//! Faults as data: what can be done to a topology, and how it is undone.
//!
//! Knows nothing of where the topology runs: a backend says what it can express and carries it out.
//! The undo of a fault is in the [`Journal`] before the fault is injected, so that `up`, `heal`,
//! the next run and the reaper can undo what a killed run left behind.

mod catalogue;
mod journal;

pub use catalogue::{Capability, Effect, FaultKind, Injection, Undo};
pub use journal::{Entry, Error as JournalError, Journal, Unhealed};
