//! How running a tool fails.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use super::lines::Tail;

/// A tool that did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such program.
    #[error("`{program}` is not on PATH")]
    Find {
        /// Its name.
        program: String,
    },
    /// It could not be started.
    #[error("start `{command}`")]
    Start {
        /// The command.
        command: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended, and says that it failed.
    #[error("`{command}` ended with {status}{tail}")]
    Run {
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines of what it said.
        tail: Tail,
    },
    /// It was still at it at its deadline, and was killed.
    #[error("`{command}` was not done after {after:?}{tail}")]
    Deadline {
        /// The command.
        command: String,
        /// The time it had.
        after: Duration,
        /// The last lines of what it said.
        tail: Tail,
    },
    /// It was killed because the user asked to stop.
    #[error("`{command}` was interrupted")]
    Interrupted {
        /// The command.
        command: String,
    },
}

impl Error {
    /// The last lines of what the tool said.
    pub fn said(&self) -> String {
        match self {
            Self::Run { tail, .. } | Self::Deadline { tail, .. } => tail.to_string(),
            Self::Find { .. } | Self::Start { .. } | Self::Interrupted { .. } => String::new(),
        }
    }
}
