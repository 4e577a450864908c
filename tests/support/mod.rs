//! The fixture of tests that run the real thing: the built harness, the Temporal CLI, the worker.
//!
//! A [`Place`] is a working folder with a home of its own. Whatever runs in it is found by what
//! the kernel says (environment, working directory, command line), not by what the harness wrote
//! down, and is ended with the place even where a test panics.

mod census;
pub(crate) mod deaths;
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

pub(crate) use eventually::eventually;
pub(crate) use http::{get, serve};
pub(crate) use invocation::{Finished, Invocation};
pub(crate) use place::Place;
pub(crate) use programs::temporal_cli;
pub(crate) use report::{proofs, report};
pub(crate) use testing::need::skip;
