//! The topology as child processes of nobody: detached, each with its own process group, log file
//! and pid file, and no daemon to watch them.
//!
//! A child is alive while the lock on its pid file is held, and the child itself holds it, by a
//! descriptor that it inherits. The launch record beside the pid file says everything needed to
//! start it again, probe it and stop it, so any later command can.

mod backend;
mod beside;
mod children;
mod console;
mod container_host;
mod containers;
mod dev_server;
mod docker_site;
mod dynamic_config;
mod error;
mod expected;
mod launch;
mod launch_maker;
mod levers;
mod liveness;
mod names;
mod parts;
mod prepare;
mod probe;
mod process_host;
mod processes;
mod programs;
mod records;
mod server;
mod site;
mod start;
mod stop;
mod web;
mod worker;

pub use backend::ProcessBackend;
pub use container_host::ContainerHost;
pub use error::Error;
pub use expected::engine_of;
pub use launch::{Launch, become_child};
pub use parts::Parts;
pub use process_host::ProcessHost;
pub use site::Settings;
#[cfg(test)]
pub(super) use stop::AFTER_KILL;
