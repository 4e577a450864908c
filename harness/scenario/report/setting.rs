//! The setting of a run, written to `run.json` before it begins.

use backend::Place;
use model::topology::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a run takes place, and in which versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Setting {
    /// The scenario's file, as the user named it.
    pub document: String,
    /// The options by which the user chose the profile; may be empty.
    pub options: Vec<String>,
    pub place: Place,
    /// The digest of the topology.
    pub topology: Digest,
    pub versions: Versions,
    /// The machine that offers the load.
    pub machine: Machine,
}

/// The versions that took part in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Versions {
    /// The version of the harness.
    pub harness: String,
    /// The version of the Temporal server.
    pub temporal: String,
}

/// The machine that offered the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Machine {
    /// Number of cores that the process may use.
    pub cores: usize,
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub architecture: String,
}

impl Versions {
    pub fn with_temporal(temporal: &str) -> Self {
        Self {
            harness: env!("CARGO_PKG_VERSION").to_owned(),
            temporal: temporal.to_owned(),
        }
    }
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            os: std::env::consts::OS.to_owned(),
            architecture: std::env::consts::ARCH.to_owned(),
        }
    }
}
