//! The phases of a run.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A phase of a run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Load that is not judged, until caches and pollers are warm.
    Warmup,
    /// Load without faults. The other phases are compared with it.
    Baseline,
    /// Load with faults.
    Chaos,
    /// Load after the faults.
    Recovery,
    /// No new load. The workflows that were started run to their end.
    Drain,
}

impl fmt::Display for Phase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Warmup => "warmup",
            Self::Baseline => "baseline",
            Self::Chaos => "chaos",
            Self::Recovery => "recovery",
            Self::Drain => "drain",
        })
    }
}
