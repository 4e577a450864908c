//! What later commands need to know of the container, beside the others' launch records.

use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use base::file::{present, write_atomically};
use camino::Utf8PathBuf;
use docker::Image;
use model::plan::ResourceId;
use model::topology::{Digest, Tls};
use serde::{Deserialize, Serialize};

/// The container as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    /// Identity of all that it was made from.
    pub digest: Digest,
    /// The image, with its id and its digest in the registry.
    pub image: Image,
    /// The version of MySQL that was asked for.
    pub version: String,
    /// The release of Temporal whose schemas are in it.
    pub server: String,
    /// How many history shards what is in it is spread over; unknown of older records.
    #[serde(default)]
    pub history_shards: Option<u32>,
    /// Where it listens on this machine.
    pub address: SocketAddr,
    /// Whether its connections are encrypted.
    pub tls: Tls,
    /// Whether its schemas are kept up to date here.
    pub schema: bool,
    /// The resources that it relies on.
    pub needs: Vec<ResourceId>,
}

impl Record {
    fn path(state: &Directory) -> Utf8PathBuf {
        state.run().join("mysql.json")
    }

    /// The record of a state folder, if there is one. What another version wrote and this one
    /// cannot read counts as none, so that nobody is kept from removing what it is about.
    pub(super) fn read(state: &Directory) -> io::Result<Option<Self>> {
        let bytes = present(fs_err::read(Self::path(state)))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(super) fn write(&self, state: &Directory) -> io::Result<()> {
        write_atomically(&Self::path(state), &serde_json::to_vec_pretty(self)?)
    }

    pub(super) fn forget(state: &Directory) -> io::Result<()> {
        present(fs_err::remove_file(Self::path(state))).map(drop)
    }
}
