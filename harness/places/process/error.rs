//! What the process backend could not do.

use std::io;

use backend::{Blame, namespaces};
use base::causes::all_in_one_line;
use base::hint::{Hint, Verb};
use base::tool;
use camino::Utf8PathBuf;
use model::plan::ResourceId;

use super::stop;
use crate::address;

/// What the process backend could not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A launch record or pid file could not be read.
    #[error("could not read the launch records in {path}")]
    Records {
        /// Where they are.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A replica could not be started.
    #[error("could not start `{replica}`")]
    Start {
        /// The replica.
        replica: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It failed for several replicas.
    #[error("it failed for {} replicas: {}", .failures.len(), all_in_one_line(.failures))]
    Several {
        /// Why, for each.
        failures: Vec<Error>,
    },
    /// A replica could not be stopped.
    #[error("could not stop a replica")]
    Stop(#[from] stop::Error),
    /// No address for a service.
    #[error("could not assign an address")]
    Address(#[from] address::Error),
    /// A program is not to be had.
    #[error("could not provide a program")]
    Program(#[from] artifact::Error),
    /// The frontend cannot be reached.
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    /// A namespace could not be made.
    #[error(transparent)]
    Namespace(#[from] namespaces::Error),
    /// The database could not do it.
    #[error(transparent)]
    Database(#[from] backend::Error),
    /// Docker could not do it.
    #[error(transparent)]
    Docker(#[from] docker::Error),
    /// `SQLite` does not open a file whose path is that long.
    #[error("the path of the database has {} bytes, and SQLite opens none above {longest}: {path}", .path.as_str().len())]
    DatabasePath {
        /// The path.
        path: Utf8PathBuf,
        /// How many bytes it may have.
        longest: usize,
    },
    /// The server does not take the dynamic configuration.
    #[error("the server does not take `temporal.dynamic-config`: {reason}")]
    DynamicConfig {
        /// What it says.
        reason: String,
    },
    /// The server could not be asked about the dynamic configuration.
    #[error("could not have the server judge `temporal.dynamic-config`")]
    Validate(#[source] tool::Error),
    /// There is nothing of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown {
        /// The name.
        id: ResourceId,
    },
    /// The command only looks and may not change anything.
    #[error("the state folder is not owned by this command")]
    NotOwner,
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let error = match error {
            Error::Database(error) => return error,
            error => error,
        };
        let hints = match &error {
            Error::Start { replica, .. } => vec![Hint::run(Verb::LogsOf(replica.clone()))],
            Error::Several { .. } => vec![Hint::run(Verb::Logs)],
            Error::Stop(_) => {
                vec![Hint::run(Verb::Down).words(" again, or end the processes by hand")]
            }
            Error::Program(error) => error.hints(),
            Error::Address(error) => error.hint().into_iter().collect(),
            Error::Docker(error) => error.hints(),
            Error::DatabasePath { .. } => {
                let shorter = "work in a folder with a shorter path; `-C FOLDER` names one";
                vec![Hint::say(shorter)]
            }
            Error::DynamicConfig { .. } => vec![Hint::say(
                "mend or remove that key below `temporal.dynamic-config` in the profile",
            )],
            _ => Vec::new(),
        };
        let blame = match &error {
            Error::DynamicConfig { .. } => Blame::Profile,
            _ => Blame::Place,
        };
        let mut whole = backend::Error::new(error);
        whole.hints.extend(hints);
        whole.blame = blame;
        whole
    }
}
