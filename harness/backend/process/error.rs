//! What the process backend could not do.

use std::io;

use camino::Utf8PathBuf;

use super::{address, stop};
use crate::artifact;
use crate::backend;
use crate::plan::ResourceId;
use crate::temporal;

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
    /// The frontend refused or did not answer.
    #[error("could not {act}")]
    Frontend {
        /// What was tried.
        act: String,
        /// Why.
        #[source]
        source: temporal::Error,
    },
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
        let hint = match &error {
            Error::Start { replica, .. } => Some(format!("run `harness logs {replica}`")),
            Error::Stop(_) => Some("run `harness down` again, or end the processes by hand".into()),
            Error::Program(artifact::Error::Exhausted { server, .. }) => Some(format!(
                "install a Temporal CLI with server {server} on PATH, or set HARNESS_TEMPORAL to \
                 its path"
            )),
            Error::Address(address::Error::PinnedTaken { .. }) => Some(
                "stop that program, or leave the port out of the profile to have one chosen".into(),
            ),
            _ => None,
        };
        let mut whole = backend::Error::new(error);
        whole.hints.extend(hint);
        whole
    }
}
