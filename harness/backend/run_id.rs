//! The id of a run.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The id of one run. It is part of every workflow id, so that two runs never share workflows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// The id of the run with this seed that begins at `at`.
    pub fn new(seed: u64, at: Timestamp) -> Self {
        Self(format!("{seed:x}-{:x}", at.as_millisecond()))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
