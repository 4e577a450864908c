//! Facts about a place: where it is, where it listens, what it logs.

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use model::topology::ServiceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a run took place. Part of every verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// `process`, `k3d`, ...
    pub backend: String,
    /// What runs Temporal there, such as `dev-server`.
    pub engine: String,
    /// What stores its state there, such as `sqlite`.
    pub database: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    pub service: ServiceName,
    /// The replica that listens, or the service's name if one address serves all of its replicas.
    pub replica: String,
    pub port: String,
    pub address: SocketAddr,
    /// The port that was wanted, if another one had to be used.
    pub wanted: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// The replica that writes it, such as `worker-0`.
    pub replica: String,
    /// The services that the replica runs.
    pub services: Vec<String>,
    pub path: Utf8PathBuf,
}
