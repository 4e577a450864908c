//! The record of the container for later commands, beside the launch records of other replicas.

use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use base::file::{Stored, present, read_stored, write_json};
use camino::Utf8PathBuf;
use docker::Image;
use model::plan::ResourceId;
use model::topology::{Digest, Tls};
use serde::{Deserialize, Serialize};

/// The container as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ContainerRecord {
    /// The digest of its configuration.
    pub(super) digest: Digest,
    /// The image, with its id and its registry digest.
    pub(super) image: Image,
    /// The MySQL version of the profile.
    pub(super) version: String,
    /// The release of Temporal whose schemas it has.
    pub(super) server: String,
    /// The number of history shards in its data; `None` in older records.
    #[serde(default)]
    pub(super) history_shards: Option<u32>,
    /// The address on this machine.
    pub(super) address: SocketAddr,
    /// Whether connections are encrypted.
    pub(super) tls: Tls,
    /// Whether `schema/temporal` is a resource here.
    pub(super) schema: bool,
    /// The resources that it needs.
    pub(super) needs: Vec<ResourceId>,
}

impl ContainerRecord {
    fn path(state: &Directory) -> Utf8PathBuf {
        state.run().join("mysql.json")
    }

    /// The record of a state folder. The record of another version may count as damaged.
    pub(super) fn read(state: &Directory) -> io::Result<Stored<Self>> {
        read_stored(&Self::path(state))
    }

    pub(super) fn write(&self, state: &Directory) -> io::Result<()> {
        write_json(&Self::path(state), self)
    }

    pub(super) fn remove(state: &Directory) -> io::Result<()> {
        present(fs_err::remove_file(Self::path(state))).map(drop)
    }
}
