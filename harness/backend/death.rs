//! A death that no fault planned, as events and reports record it.

use std::fmt;

use base::log_tail::LogTail;
use model::quantity::Milliseconds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A replica that died by itself, or that something outside the run killed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Death {
    /// The replica, such as `worker-0`.
    pub replica: String,
    /// When the harness saw it, from the start of the run. Absent if the replica died between the
    /// run before and this one.
    pub at_ms: Option<Milliseconds>,
    /// How it ended, such as `exit status: 3`, or that this is not known.
    pub status: String,
    /// The last lines of its log since it was started. Absent if there is no log of that life.
    pub log_tail: Option<LogTail>,
}

impl fmt::Display for Death {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            replica, status, ..
        } = self;
        match self.at_ms {
            Some(at) => {
                write!(out, "{replica} died by itself {at} into the run: {status}")
            }
            None => write!(out, "{replica} died by itself before the run: {status}"),
        }
    }
}
