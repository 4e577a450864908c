//! Why an existing cluster cannot be used. No variant has the content of a file or a secret.

use std::io;

use backend::secret_source::Unreadable;
use backend::{Blame, LeftOpen};
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;

use super::refusal::Refusal;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that the profile names could not be read.
    #[error("could not read the file of `backend.existing.{key}`")]
    Read {
        key: &'static str,
        #[source]
        source: io::Error,
    },
    /// A file has something else than it should have.
    #[error("{path} (`backend.existing.{key}`) does not contain {expected} in PEM")]
    Pem {
        key: &'static str,
        path: Utf8PathBuf,
        expected: &'static str,
    },
    #[error("could not read the API key (`backend.existing.{key}`)")]
    ApiKey {
        key: &'static str,
        #[source]
        source: Unreadable,
    },
    #[error("the API key in {place} (`backend.existing.{key}`) {what}")]
    BadApiKey {
        key: &'static str,
        place: String,
        what: &'static str,
    },
    /// The cluster cannot be reached, or does not accept the connection.
    #[error("{refusal}")]
    Refused {
        refusal: Refusal,
        /// The text of the innermost cause.
        #[source]
        cause: Cause,
    },
    #[error("{address} has no namespace `{namespace}`")]
    Namespace { address: String, namespace: String },
    #[error("could not read the record of a load in {path}")]
    ReadRecord {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not write the record of a load in {path}")]
    WriteRecord {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// The record was changed by hand, or by another version of the harness.
    #[error(
        "the record of a load is damaged, and is now in {path}; a run may have left workflows open"
    )]
    Damaged { path: Utf8PathBuf },
    /// Another load has not ended.
    #[error("{path} has a load that has not ended")]
    Unended { path: Utf8PathBuf },
    #[error("the cluster lists workflows as open that it says are closed")]
    StillListed,
    #[error("interrupted")]
    Stopped,
    #[error(transparent)]
    LeftOpen(#[from] LeftOpen),
}

/// The cause of a refusal, as the transport or the server says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(pub(super) String);

impl Error {
    pub(in crate::process) fn hints(&self) -> Vec<Hint> {
        let hint = match self {
            Self::Pem { key, expected, .. } => Hint::say(format!(
                "Set `backend.existing.{key}` to a PEM file with {expected}."
            )),
            Self::ApiKey {
                source: Unreadable::Variable { .. },
                ..
            } => Hint::say("Set the variable that `backend.existing.api-key-variable` names."),
            Self::Read { key, .. } | Self::ApiKey { key, .. } => Hint::say(format!(
                "Correct the path in `backend.existing.{key}`; it is relative to the working \
                 directory."
            )),
            Self::BadApiKey { .. } => Hint::say("Put the API key there, in one line."),
            Self::Refused { refusal, .. } => refusal.hint(),
            Self::Namespace { .. } => Hint::say(
                "Set `backend.existing.namespace` to a namespace of the cluster, or create it: the \
                 harness creates none there.",
            ),
            Self::ReadRecord { .. } => Hint::say("Check that the file can be read."),
            Self::WriteRecord { .. } => Hint::say("Check that the folder can be written."),
            Self::Damaged { path } => Hint::say(format!(
                "Look in the cluster for open workflows whose ids begin with the names of your \
                 scenarios, then remove {path}."
            )),
            Self::Unended { .. } => Hint::run(Verb::Heal).words(" first."),
            Self::StillListed => Hint::say("Check the visibility store of the cluster."),
            Self::Stopped => return Vec::new(),
            Self::LeftOpen(left) => Hint::run(Verb::Down).words(format!(
                " to try again. If the cluster no longer exists, remove {}.",
                left.record
            )),
        };
        vec![hint]
    }

    pub(in crate::process) fn blame(&self) -> Blame {
        match self {
            Self::Read { .. }
            | Self::Pem { .. }
            | Self::ApiKey { .. }
            | Self::BadApiKey { .. }
            | Self::Namespace { .. } => Blame::Profile,
            Self::Refused { refusal, .. } if refusal.is_of_permission() => Blame::Permission,
            Self::Refused { refusal, .. } if refusal.is_of_profile() => Blame::Profile,
            Self::Refused { .. }
            | Self::ReadRecord { .. }
            | Self::WriteRecord { .. }
            | Self::Damaged { .. }
            | Self::Unended { .. }
            | Self::StillListed
            | Self::Stopped
            | Self::LeftOpen(_) => Blame::Place,
        }
    }
}
