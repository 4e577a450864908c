//! The errors of pushing and pulling images, and hints against them.

use std::io;
use std::time::Duration;

use base::hint::Hint;
use camino::{Utf8Path, Utf8PathBuf};

use super::digest::{Digest, MalformedDigest};
use crate::arm::{self, Access};

/// Why an image could not be read, pushed or pulled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name or reference is not valid.
    #[error("`{text}` {why}")]
    Reference { text: String, why: &'static str },
    /// An archive could not be read.
    #[error("could not read the image in {path}")]
    Read {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// An archive has the wrong content.
    #[error("{path} {why}")]
    Archive { path: Utf8PathBuf, why: String },
    /// An archive could not be written.
    #[error("could not write the image to {path}")]
    Write {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// Content does not match its digest.
    #[error("{location} has content with digest {found}, expected {expected}")]
    Digest {
        /// The archive, or the path in the registry.
        location: String,
        expected: Digest,
        found: Digest,
    },
    /// The registry answered with something that this client does not support.
    #[error("{location} {why}")]
    Unsupported { location: String, why: String },
    /// The registry denied access until the time for a new role to propagate had passed.
    #[error("{login_server} denied permission to {} for {} s", action(*.access), .patience.as_secs())]
    Denied {
        login_server: String,
        access: Access,
        /// How long the client retried.
        patience: Duration,
        /// The last answer.
        #[source]
        source: Box<arm::Error>,
    },
    /// The firewall of the registry does not allow this machine's address.
    #[error("the firewall of {login_server} does not allow this machine's address")]
    Firewall {
        login_server: String,
        #[source]
        source: Box<arm::Error>,
    },
    /// A request failed.
    #[error(transparent)]
    Azure(#[from] arm::Error),
    /// The user asked to stop.
    #[error("interrupted; the next attempt sends only what the registry does not have yet")]
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

fn action(access: Access) -> &'static str {
    match access {
        Access::Pull => "read images",
        Access::PullAndPush => "push images",
    }
}

impl Error {
    /// What the user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Denied { access, source, .. } => {
                let role = match access {
                    Access::Pull => "AcrPull",
                    Access::PullAndPush => "AcrPush",
                };
                let hint = Hint::say(format!(
                    "Ask for the role `{role}` on the registry. If you got it less than 5 minutes \
                     ago, run the same command again."
                ));
                [vec![hint], source.hints()].concat()
            }
            Self::Firewall { .. } => vec![Hint::say(
                "Add this machine's public address to the firewall of the registry: \
                 `az acr network-rule add --name REGISTRY --ip-address ADDRESS`.",
            )],
            Self::Azure(source) if source.status() == Some(413) => vec![Hint::say(
                "Make the image smaller. The registry does not accept a request of this size.",
            )],
            Self::Azure(source) => source.hints(),
            Self::Digest { .. } => vec![Hint::say(
                "Run the same command again. If the error remains, build the image again.",
            )],
            Self::Archive { .. } => vec![Hint::say(
                "Build the image again, or export it with `docker save` of Docker 25 or later.",
            )],
            Self::Interrupted => {
                vec![Hint::say(
                    "Run the same command again: it continues from there.",
                )]
            }
            _ => Vec::new(),
        }
    }

    /// Whether the same command may succeed later without a change of what it asks for.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Firewall { .. } | Self::Archive { .. } | Self::Unsupported { .. } => false,
            Self::Azure(source) => source.status() != Some(413) && source.may_pass(),
            _ => true,
        }
    }

    /// Converts a failure to read an archive.
    pub(super) fn read(path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    /// Converts a failure to write an archive.
    pub(super) fn write(path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}
