//! What is remembered of the cluster: `run/cluster.json` in the state folder.
//!
//! Docker knows which containers there are; only the record knows whether k3d came to the end of
//! making them, which images went into the nodes, and what has been applied to the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use base::file::{present, read_json, write_atomically};
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use model::topology::{Digest, WorkerBuild};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::names;
use crate::address::Listen;

/// A cluster that was made, or is being made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Record {
    /// Identity of its configuration.
    pub(super) digest: Digest,
    /// How far its making came.
    pub(super) stage: Stage,
    /// The containers that are its nodes.
    pub(super) nodes: Vec<String>,
    /// The image of the nodes, by its id.
    pub(super) image: String,
    /// Where its ports are to be had on this machine.
    pub(super) ports: BTreeMap<String, Listen>,
    /// The images that were put into the nodes.
    pub(super) images: Option<Imported>,
    /// The groups of objects that were applied to it.
    pub(super) groups: BTreeSet<ResourceId>,
}

/// How far the making of a cluster came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stage {
    /// k3d was started, and perhaps killed.
    Making,
    /// k3d was done.
    Made,
}

/// Images that were seen in every node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Imported {
    /// The nodes that they were seen in, by the containers' ids.
    pub(super) nodes: BTreeSet<String>,
    /// Their ids, by reference.
    pub(super) ids: BTreeMap<String, String>,
    /// The build of the worker among them.
    #[serde(default)]
    pub(super) worker: Option<WorkerBuild>,
}

impl Record {
    /// The record of a state folder. One that cannot be read is none: Docker still knows what is
    /// there, and nobody is kept from removing it.
    pub(super) fn read(state: &Directory) -> Result<Option<Self>, Error> {
        let bytes = present(fs_err::read(path(state))).map_err(failed("read", state))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The same, where one that says something else is no reason to go on: without it nobody knows
    /// who should be alive.
    pub(super) fn known(state: &Directory) -> Result<Option<Self>, Error> {
        read_json(&path(state)).map_err(failed("read", state))
    }

    pub(super) fn write(&self, state: &Directory) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(self).map_err(io::Error::from);
        let written = bytes.and_then(|bytes| write_atomically(&path(state), &bytes));
        written.map_err(failed("write", state))
    }

    /// Changes the record, if there is one. Steps that run at once do so one after the other, as
    /// nothing is awaited here.
    pub(super) fn change(state: &Directory, change: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let Some(mut record) = Self::read(state)? else {
            return Ok(());
        };
        change(&mut record);
        record.write(state)
    }

    /// Forgets a cluster that is gone, how it was reached, and what its making left.
    pub(super) fn forget(state: &Directory) -> Result<(), Error> {
        let forget = || {
            present(fs_err::remove_dir_all(temporary(state)))?;
            for path in [path(state), kubeconfig(state)] {
                present(fs_err::remove_file(path))?;
            }
            Ok(())
        };
        forget().map_err(failed("remove", state))
    }

    /// Where the frontend is reached on this machine.
    pub(super) fn frontend(state: &Directory) -> Result<SocketAddr, Error> {
        let record = Self::read(state)?.ok_or(Error::NoCluster)?;
        let listen = record.ports.get(names::FRONTEND).ok_or(Error::NoCluster)?;
        Ok(listen.address)
    }
}

fn failed(act: &'static str, state: &Directory) -> impl FnOnce(io::Error) -> Error + use<> {
    let path = path(state);
    move |source| Error::Record { act, path, source }
}

/// The record's file.
pub(super) fn path(state: &Directory) -> Utf8PathBuf {
    state.run().join("cluster.json")
}

/// The kubeconfig of the cluster: a file of our own, never the user's.
pub(super) fn kubeconfig(state: &Directory) -> Utf8PathBuf {
    state.run().join("kubeconfig.yaml")
}

/// The folder for k3d's temporary files.
pub(super) fn temporary(state: &Directory) -> Utf8PathBuf {
    state.run().join("k3d")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_says_nothing_keeps_nobody_from_removing_and_lets_nobody_seem_dead() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        assert_eq!(Record::known(&state).expect("no error"), None);
        fs_err::create_dir_all(state.run()).expect("a folder");
        fs_err::write(path(&state), "half a rec").expect("a file");
        assert_eq!(Record::read(&state).expect("no error"), None);
        assert!(Record::known(&state).is_err());
    }
}
