//! How workers reach their frontend.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::topology::{Digest, SecretSource};

/// The frontend of a topology's workers.
#[derive(Debug, Clone)]
pub(super) enum Gateway {
    /// A process of this place.
    Here(SocketAddr),
    /// An existing cluster.
    Existing(Credentials),
}

/// How a worker reaches an existing cluster.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) address: String,
    /// Variables with paths and names, for the environment of a worker.
    pub(super) variables: BTreeMap<String, String>,
    /// Variables whose values stay where the user has them.
    pub(super) borrowed: BTreeMap<String, SecretSource>,
    /// The digest of the content of all files and secrets.
    pub(super) content: Digest,
}

impl Gateway {
    /// The address for people and for the environment of a worker.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Here(address) => address.to_string(),
            Self::Existing(credentials) => credentials.address.clone(),
        }
    }

    /// The address in a launch record; `None` for an existing cluster, which the profile describes.
    pub(super) fn recorded(&self) -> Option<SocketAddr> {
        match self {
            Self::Here(address) => Some(*address),
            Self::Existing(_) => None,
        }
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::Here(_) => None,
            Self::Existing(credentials) => Some(credentials),
        }
    }
}
