//! What backends run, and where it comes from: the Temporal CLI and Temporal's server with its SQL
//! tool, which are found or fetched, and the worker, which is built or given, as a program or as a
//! container image.
//!
//! Answers with the path of a program that is there and is the right one, or with an image; starts
//! none of them (but asks Temporal's for their version).

mod cache;
mod cargo;
mod download;
mod error;
mod find;
mod go;
mod image;
#[cfg(test)]
mod mirror;
mod pin;
mod pip;
mod program;
mod release;
mod server;
mod store;
mod temporal;
mod vendor;
mod worker;

pub use error::{Attempt, Error, Sought};
pub use image::{ImageError, WorkerImage, foresee_worker_image, worker_image};
pub use pin::{CliVersion, Pin, Platform};
pub use pip::WAYS as PIP_WAYS;
pub use program::{Origin, Program, content};
pub use server::{ServerPrograms, ServerSearch};
pub use store::cache_root;
pub use temporal::{Temporal, TemporalSearch};
pub use worker::{foresee_worker, worker, worker_built_last};
