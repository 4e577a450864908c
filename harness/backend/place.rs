//! Facts about a place: where it is, where it listens, what it logs.

use std::fmt;
use std::net::SocketAddr;

use camino::Utf8PathBuf;
use model::topology::ServiceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::existing::ExistingCluster;

/// Where a run took place. Part of every verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// `process`, `k3d`, ...
    pub backend: String,
    /// What runs Temporal there, such as `dev-server`.
    pub engine: String,
    /// What stores its state there, such as `sqlite`.
    pub database: String,
    /// The existing cluster that the load goes to; absent if the place runs its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ExistingCluster>,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            backend,
            engine,
            database,
            cluster,
        } = self;
        write!(out, "backend {backend}, ")?;
        match cluster {
            Some(cluster) => write!(out, "cluster {cluster}"),
            None => write!(out, "engine {engine}, database {database}"),
        }
    }
}

impl Place {
    /// The maximum number of workflow starts per second; `None` if there is none.
    pub fn starts_per_second(&self) -> Option<u32> {
        self.cluster.as_ref()?.starts_per_second
    }
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
