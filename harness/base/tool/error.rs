//! Errors of running a tool.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use super::lines::Tail;

/// Running a tool failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{program}` is not on PATH")]
    Find { program: String },
    #[error("could not start `{command}`")]
    Start {
        command: String,
        #[source]
        source: io::Error,
    },
    /// The tool ended with a failure status.
    #[error("`{command}` ended with {status}{tail}")]
    Run {
        command: String,
        status: ExitStatus,
        /// The last lines of its output.
        tail: Tail,
    },
    /// The tool ran longer than its deadline and was killed.
    #[error("`{command}` did not end within {after:?}{tail}")]
    Deadline {
        command: String,
        after: Duration,
        /// The last lines of its output.
        tail: Tail,
    },
    /// The tool was killed because the user asked to stop.
    #[error("`{command}` was interrupted")]
    Interrupted { command: String },
}

impl Error {
    /// The last lines of the tool's output. Empty if the tool wrote nothing or was not started.
    pub fn last_lines(&self) -> String {
        match self {
            Self::Run { tail, .. } | Self::Deadline { tail, .. } => tail.to_string(),
            Self::Find { .. } | Self::Start { .. } | Self::Interrupted { .. } => String::new(),
        }
    }
}
