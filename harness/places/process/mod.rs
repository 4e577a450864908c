//! The topology as child processes of nobody: detached, each with its own process group, log file
//! and pid file, and no daemon to watch them.
//!
//! A child is alive while the lock on its pid file is held, and the child itself holds it, by a
//! descriptor that it inherits. The launch record beside the pid file says everything needed to
//! start it again, probe it and stop it, so any later command can.

mod apply;
mod backend;
mod beside;
mod console;
mod containers;
mod dev_server;
mod error;
mod expected;
mod fault;
mod launch;
mod liveness;
mod probe;
mod provide;
mod ready;
mod server;
mod site;
mod stop;
mod vitals;
mod worker;

pub use backend::{ProcessBackend, Settings};
pub use error::Error;
pub use expected::engine_of;
pub use launch::{Launch, become_child};
#[cfg(test)]
pub(super) use stop::AFTER_KILL;
