//! The records of an existing cluster in the state folder. They have paths, never content.

use std::io;

use backend::state::Directory;
use base::file::{present, read_json, write_json};
use camino::Utf8PathBuf;
use model::profile::existing::Existing;
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;

/// A load on an existing cluster that has not ended, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Load {
    pub(super) cluster: Existing,
    /// The beginnings of the ids of its workflows.
    pub(super) prefixes: Vec<String>,
}

impl Load {
    /// The load that has not ended; `None` if there is none.
    pub(super) fn read(state: &Directory) -> io::Result<Option<Self>> {
        read_json(&state.load())
    }

    /// Writes the record to the disk.
    pub(super) fn write(&self, state: &Directory) -> io::Result<()> {
        write_json(&state.load(), self)
    }

    pub(super) fn forget(state: &Directory) -> io::Result<()> {
        present(fs_err::remove_file(state.load())).map(drop)
    }
}

/// The cluster of a state folder, by its record.
pub fn existing_of(state: &Directory) -> io::Result<Option<Existing>> {
    read_json(&path(state))
}

/// Records the cluster of a topology, for commands that cannot read the profile.
pub(in crate::process) fn remember(state: &Directory, cluster: &Cluster) -> io::Result<()> {
    write_json(&path(state), &cluster.settings)
}

fn path(state: &Directory) -> Utf8PathBuf {
    state.run().join("existing.json")
}
