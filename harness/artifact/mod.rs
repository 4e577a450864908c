//! Programs that the process backend runs, and where they come from: the Temporal CLI, which is
//! found or fetched, and the worker, which is built or given.
//!
//! Answers with the path of a program that is there and is the right one; starts none of them
//! (but asks a Temporal CLI for its version).

mod cache;
mod cargo;
mod download;
mod error;
mod pin;
mod pip;
mod program;
mod site;
mod temporal;
mod worker;

pub use cache::Folder;
pub use error::{Attempt, Error};
pub use pin::{CliVersion, Pin, Platform};
pub(crate) use pip::WAYS as PIP_WAYS;
pub use program::Program;
pub use temporal::{Origin, Temporal, TemporalSearch};
pub use worker::worker;
