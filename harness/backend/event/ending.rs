//! How a run ended.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It went through all of its phases.
    Complete,
    /// The baseline was not steady: no fault was injected, and the load ended.
    NotSteady,
    /// Someone asked it to stop.
    Interrupted,
}
