//! A topology, independent of the backend: services with named ports, their dependencies, and the
//! conditions that make them ready.
//!
//! Pure. This module does not know processes, containers or clouds. A backend turns a [`Topology`]
//! into its own resources.

mod database_connections;
mod digest;
mod dynamic_config;
mod model;
mod probe;
mod worker;
mod worker_build;

pub use database_connections::{DEFAULT_STORE_POOL, VISIBILITY_STORE_POOL, needed_connections};
pub use digest::{Digest, Digester};
pub use dynamic_config::{Conditional, DynamicConfig, Setting, dynamic_config_text};
pub use model::{
    Command, Component, Database, Layer, Namespace, Port, Run, SecretSource, Service, ServiceName,
    TemporalSettings, Tls, Topology, Variable,
};
pub use probe::Probe;
pub use worker::Worker;
pub use worker_build::{WorkerBuild, WorkerBuilds};
