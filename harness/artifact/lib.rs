//! The programs that backends run, and how to get them.
//!
//! The Temporal CLI, Temporal's server and its SQL tool are found or fetched. The worker is built
//! or given by the user, as a program or as a container image.
//!
//! This crate returns the path of an existing program of the right version, or an image. It starts
//! none of them, except to ask Temporal's programs for their version.

mod cache;
mod cargo;
mod download;
mod error;
mod find;
#[cfg(test)]
mod fixture;
mod go;
mod image;
#[cfg(test)]
mod mirror;
mod pin;
mod pip;
mod prepare;
mod program;
mod release;
mod server;
mod sources;
mod store;
mod temporal;
mod vendor;
mod worker;

pub use error::{Attempt, Error, Target};
pub use image::{ImageError, WorkerImage, foresee_worker_images, worker_image, worker_images};
pub use pin::{CliVersion, Pin, Platform};
pub use pip::WAYS as PIP_WAYS;
pub use program::{Origin, Program, content};
pub use server::{ServerPrograms, ServerSearch};
pub use store::cache_root;
pub use temporal::{Temporal, TemporalSearch};
pub use worker::{
    EXAMPLE_WORKER, foresee_workers, worker_started_before, workers, workers_built_last,
};
