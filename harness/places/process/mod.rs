//! The topology as detached processes, without a daemon. Each has its own process group, log file
//! and pid file.
//!
//! A process is alive while it holds the lock on its pid file, by a descriptor that it inherits.
//! The launch record beside the pid file has everything that is needed to start, check and stop it,
//! so any later command can do that.

mod backend;
mod children;
mod console;
mod container_host;
mod containers;
mod dev_server;
mod diagnosis;
mod docker_site;
mod dynamic_config;
mod engine;
mod error;
mod existing;
mod expected;
mod gateway;
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
mod queue_names;
mod records;
mod server;
mod server_preparation;
mod site;
mod start;
mod stop;
mod web;
mod worker;

pub use backend::ProcessBackend;
pub use container_host::ContainerHost;
pub use engine::Engine;
pub use error::Error;
pub use existing::existing_of;
pub use expected::engine_of;
pub use launch::{Launch, become_child};
pub use parts::Parts;
pub use process_host::ProcessHost;
pub use site::Settings;
#[cfg(test)]
pub(super) use stop::AFTER_KILL;
