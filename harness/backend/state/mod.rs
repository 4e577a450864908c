//! The folder `.harness/<profile>`: the state of one topology.
//!
//! One command at a time owns it, by an advisory lock. Every side effect is in its journal before
//! it happens. Launch records contain a worker's whole environment, and logs and reports may quote
//! inputs, so only the owner can open its folders (mode 0700).

mod directory;
mod header;
mod journal;
mod lock;
mod open;
mod records;

pub use directory::{Directory, Error, MARKER};
pub use journal::{Journal, JournalEntry, StepStage};
pub use lock::{Holder, Lock};
pub use open::Unchecked;

#[cfg(test)]
mod tests;
