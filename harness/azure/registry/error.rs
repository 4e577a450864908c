//! What did not become of an image, and why.

use std::io;
use std::time::Duration;

use base::hint::Hint;
use camino::{Utf8Path, Utf8PathBuf};

use super::digest::{Digest, MalformedDigest};
use crate::arm::{self, Access};

/// What did not become of an image.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name is none.
    #[error("`{text}` {why}")]
    Reference {
        /// The name.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An archive could not be read.
    #[error("cannot read the image in {path}")]
    Read {
        /// The archive.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An archive is not what it should be.
    #[error("{path} {why}")]
    Archive {
        /// The archive.
        path: Utf8PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// An archive could not be written.
    #[error("cannot write the image to {path}")]
    Write {
        /// The archive.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Content is not what its name says.
    #[error("{place} has {found} where {expected} should be")]
    Digest {
        /// Where it is.
        place: String,
        /// What it should be.
        expected: Digest,
        /// What it is.
        found: Digest,
    },
    /// What a registry has is not of a kind that is known here.
    #[error("{place} {why}")]
    Unsupported {
        /// What it is.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// The registry does not let the caller do that, and did not come to in time.
    #[error("{login_server} did not let us {} within {} s", act(*.access), .patience.as_secs())]
    Denied {
        /// The registry.
        login_server: String,
        /// What was asked for.
        access: Access,
        /// How long it was asked.
        patience: Duration,
        /// What it said last.
        #[source]
        source: Box<arm::Error>,
    },
    /// The registry talks to other addresses only.
    #[error("{login_server} does not talk to this machine's address")]
    Firewall {
        /// The registry.
        login_server: String,
        /// What it said.
        #[source]
        source: Box<arm::Error>,
    },
    /// A request failed.
    #[error(transparent)]
    Azure(#[from] arm::Error),
    /// The user asked to stop.
    #[error("interrupted; what the registry has already is not sent again")]
    Interrupted,
}

impl From<MalformedDigest> for Error {
    fn from(malformed: MalformedDigest) -> Self {
        Self::Reference {
            text: malformed.text,
            why: MalformedDigest::WHY,
        }
    }
}

fn act(access: Access) -> &'static str {
    match access {
        Access::Pull => "read images",
        Access::PullAndPush => "push images",
    }
}

impl Error {
    /// What a user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Denied { access, source, .. } => {
                let role = match access {
                    Access::Pull => "AcrPull",
                    Access::PullAndPush => "AcrPush",
                };
                let hint = Hint::say(format!(
                    "ask for the role `{role}` on the registry; where it was given less than 5 \
                     minutes ago, run the same command again"
                ));
                [vec![hint], source.hints()].concat()
            }
            Self::Firewall { .. } => vec![Hint::say(
                "add this machine's public address to the networks that the registry talks to: \
                 `az acr network-rule add --name REGISTRY --ip-address ADDRESS`",
            )],
            Self::Azure(source) if source.status() == Some(413) => vec![Hint::say(
                "the registry does not take so much at once: make the image smaller",
            )],
            Self::Azure(source) => source.hints(),
            Self::Digest { .. } => vec![Hint::say(
                "run the same command again; if it stays, make the image anew",
            )],
            Self::Archive { .. } => vec![Hint::say(
                "make the image anew, or export it with `docker save` of Docker 25 or later",
            )],
            Self::Interrupted => {
                vec![Hint::say(
                    "run the same command again: it goes on from there",
                )]
            }
            _ => Vec::new(),
        }
    }

    /// Whether the same command may succeed later although what it asks for is the same.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Firewall { .. } | Self::Archive { .. } | Self::Unsupported { .. } => false,
            Self::Azure(source) => source.status() != Some(413) && source.may_pass(),
            _ => true,
        }
    }

    /// The failure of reading an archive.
    pub(super) fn read(path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    /// The failure of writing an archive.
    pub(super) fn write(path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}
