//! Where a run takes place, as it is written down before it begins.

use backend::Place;
use model::topology::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a report says about the surroundings of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Setting {
    /// The scenario's file, as the user named it.
    pub document: String,
    /// The words of the command line by which the user named the profile; perhaps none.
    pub options: Vec<String>,
    /// Where it runs.
    pub place: Place,
    /// Identity of what runs.
    pub topology: Digest,
    /// Versions of what takes part.
    pub versions: Versions,
    /// The machine that offers the load.
    pub machine: Machine,
}

/// Versions of what took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Versions {
    /// Of this program.
    pub harness: String,
    /// Of the Temporal server.
    pub temporal: String,
}

/// The machine that offered the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Machine {
    /// Cores that the process may use.
    pub cores: usize,
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub architecture: String,
}

impl Versions {
    /// Of this program and a Temporal server.
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
