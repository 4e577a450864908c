//! The process backend, for real: the built harness starts the Temporal CLI and the built worker,
//! and the tests do to them what users and machines do.
//!
//! Linux only: who runs, and for whom, is read from `/proc`.
#![cfg(target_os = "linux")]

mod awkward;
mod bench;
mod crash;
mod deaths;
mod development;
mod existing;
mod folders;
mod hand;
mod homes;
mod interrupt;
mod newcomer;
mod ports;
mod records;
mod refusals;
mod scenarios;
mod truth;
mod workers;
