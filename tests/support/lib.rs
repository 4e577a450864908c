//! Code that the tests at the root share: working folders in which the built harness runs.
//!
//! A [`Place`] runs real programs: the built harness and the Temporal CLI. A
//! [`world::World`] runs the simulated backend. A place finds its processes with the kernel's data
//! (environment, working directory, command line), not with the records of the harness. It stops
//! them when it is dropped, even if a test panics.

#![expect(
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    reason = "a test says what it makes, and drops the end of a chain of assertions"
)]

mod census;
pub mod deaths;
mod eventually;
mod folder;
mod hangup;
mod http;
mod invocation;
mod look;
mod place;
mod programs;
mod report;
mod slot;
pub mod terminal;
pub mod world;

pub use census::Found;
pub use eventually::eventually;
pub use folder::{files, furnish};
pub use hangup::heeding_hangup;
pub use http::{block_on, get, serve};
pub use invocation::{Finished, Invocation, Running};
pub use look::Look;
pub use place::Place;
pub use programs::{harness, scratch, temporal_cli};
pub use report::{proofs, report};
