//! How a run came to its end.

use serde::{Deserialize, Serialize};

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It went through all its phases.
    Complete,
    /// The baseline was not steady: no fault was injected, and the load ended there.
    NotSteady,
    /// Someone asked it to stop.
    Interrupted,
}
