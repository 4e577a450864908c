//! The errors of the process backend, with their hints.

use std::io;

use backend::{Blame, namespaces};
use base::causes::all_in_one_line;
use base::hint::{Hint, Verb};
use base::tool;
use camino::Utf8PathBuf;
use model::plan::ResourceId;

use super::{existing, stop};
use crate::address;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A launch record or pid file could not be read.
    #[error("could not read the launch records in {path}")]
    Records {
        /// The folder of the records.
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not write the dynamic configuration to {path}")]
    WriteDynamicConfig {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// A replica could not be started.
    #[error("could not start `{replica}`")]
    Start {
        replica: String,
        #[source]
        source: io::Error,
    },
    /// An operation failed for several replicas.
    #[error("failed for {} replicas: {}", .failures.len(), all_in_one_line(.failures))]
    Several {
        /// One error for each replica.
        failures: Vec<Error>,
    },
    /// A replica could not be stopped.
    #[error("could not stop a replica")]
    Stop(#[from] stop::Error),
    /// No address for a service.
    #[error("could not assign an address")]
    Address(#[from] address::Error),
    /// A program could not be found, downloaded or built.
    #[error("could not provide a program")]
    Program(#[from] artifact::Error),
    /// The frontend cannot be reached.
    #[error("could not reach the frontend")]
    Connect(#[from] connect::Error),
    #[error(transparent)]
    Namespace(#[from] namespaces::Error),
    /// The existing cluster cannot be used.
    #[error(transparent)]
    Existing(#[from] existing::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] backend::Error),
    /// Docker failed.
    #[error(transparent)]
    Docker(#[from] docker::Error),
    /// The path of the database is too long for `SQLite`.
    #[error("the path of the database has {} bytes, but SQLite allows at most {longest}: {path}", .path.as_str().len())]
    DatabasePath {
        path: Utf8PathBuf,
        /// The longest allowed path, in bytes.
        longest: usize,
    },
    /// The server rejects the dynamic configuration.
    #[error("the server rejects `temporal.dynamic-config`: {reason}")]
    DynamicConfig {
        /// The server's complaints.
        reason: String,
    },
    /// The server could not validate the dynamic configuration.
    #[error("could not validate `temporal.dynamic-config` with the server")]
    Validate(#[source] tool::Error),
    /// The topology has no resource of that name.
    #[error("`{id}` is not part of this topology")]
    Unknown { id: ResourceId },
    /// The command only looks and may not change anything.
    #[error("this command does not hold the lock of the state folder")]
    NotOwner,
}

impl Error {
    /// Whether a record is damaged, so that another look would find the same.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Records { source, .. } | Self::Docker(docker::Error::File { source, .. }) => {
                source.kind() == io::ErrorKind::InvalidData
            }
            _ => false,
        }
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let error = match error {
            Error::Database(error) => return error,
            error => error,
        };
        let hints = match &error {
            error if error.is_damage() => vec![
                Hint::run(Verb::Up)
                    .words(" to write the record again, or ")
                    .command(Verb::Down)
                    .words(" to remove what it describes."),
            ],
            Error::Records { .. } => vec![Hint::say("Give your user access to that folder.")],
            Error::Start { replica, .. } => vec![Hint::run(Verb::LogsOf(replica.clone()))],
            Error::Several { .. } => vec![Hint::run(Verb::Logs)],
            Error::Stop(_) => {
                vec![Hint::run(Verb::Down).words(" again, or stop the processes by hand.")]
            }
            Error::Program(error) => error.hints(),
            Error::Address(error) => vec![error.hint()],
            Error::Docker(error) => error.hints(),
            Error::Existing(error) => error.hints(),
            Error::DatabasePath { .. } => {
                let shorter = "Work in a folder with a shorter path; `-C FOLDER` names one.";
                vec![Hint::say(shorter)]
            }
            Error::DynamicConfig { .. } => vec![Hint::say(
                "Correct or remove that key below `temporal.dynamic-config` in the profile.",
            )],
            _ => Vec::new(),
        };
        let blame = match &error {
            Error::DynamicConfig { .. } => Blame::Profile,
            Error::Existing(error) => error.blame(),
            _ => Blame::Place,
        };
        let mut whole = backend::Error::new(error);
        whole.hints.extend(hints);
        whole.blame = blame;
        whole
    }
}
