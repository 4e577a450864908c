//! A cluster that a topology uses and that its place did not start.

use std::fmt;

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cluster that exists without the topology. Part of the place of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ExistingCluster {
    /// The address of the frontend.
    pub address: String,
    /// The namespace that the load and the workers use.
    pub namespace: String,
    /// The maximum number of workflow starts per second; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_per_second: Option<u32>,
}

impl fmt::Display for ExistingCluster {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            namespace,
            starts_per_second,
        } = self;
        write!(out, "{address}, namespace {namespace}, ")?;
        match starts_per_second {
            Some(1) => out.write_str("at most 1 workflow start per second"),
            Some(most) => write!(out, "at most {most} workflow starts per second"),
            None => out.write_str("without a limit of workflow starts"),
        }
    }
}

/// What an existing cluster answers now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSeen {
    pub cluster: ExistingCluster,
    /// The version of its server; the reason if it does not answer as it should.
    pub version: Result<String, String>,
}

/// Workflows of a load that may be open on a cluster.
#[derive(Debug, thiserror::Error)]
#[error(
    "could not terminate {} on {address} in namespace {namespace} whose ids begin with {}",
    workflows(*.known),
    .prefixes.join(" or ")
)]
pub struct LeftOpen {
    pub address: String,
    pub namespace: String,
    /// The beginnings of their ids.
    pub prefixes: Vec<String>,
    /// The number of those that are known; there may be more.
    pub known: usize,
    /// The file that says so, for a cluster that no longer exists.
    pub record: Utf8PathBuf,
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

fn workflows(known: usize) -> String {
    match known {
        0 | 1 => "the open workflows".to_owned(),
        _ => format!("the {known} open workflows"),
    }
}
