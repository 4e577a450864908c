//! What is said of a place: where it is, where it listens, what it logs.

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use model::topology::ServiceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a run took place: part of every verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// `process`, `k3d`, ...
    pub backend: String,
    /// What runs Temporal there, such as `dev-server`.
    pub engine: String,
    /// What stores its state there, such as `sqlite`.
    pub database: String,
}

/// An address that users and clients connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The service behind it.
    pub service: ServiceName,
    /// The replica that listens, or the service again where one address stands for all of its
    /// replicas.
    pub replica: String,
    /// The port's name.
    pub port: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The port that was wanted, where another had to be used.
    pub wanted: Option<u16>,
}

/// A log file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// The replica that writes it, such as `worker-0`.
    pub replica: String,
    /// The services that the replica stands for.
    pub services: Vec<String>,
    /// The file.
    pub path: Utf8PathBuf,
}
