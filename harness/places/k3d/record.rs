//! The record of the cluster: `run/cluster.json` in the state folder.
//!
//! Docker knows which containers exist. Only the record knows whether k3d finished creating them,
//! which images the nodes have, and what was applied to the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use base::file::{Stored, present, read_stored, write_json};
use camino::Utf8PathBuf;
use model::plan::ResourceId;
use model::topology::{Digest, WorkerBuilds};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::names;
use crate::address::Listen;

/// A cluster that was created, or is being created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ClusterRecord {
    /// The digest of its configuration.
    pub(super) digest: Digest,
    pub(super) stage: ClusterStage,
    /// The containers that are its nodes.
    pub(super) nodes: Vec<String>,
    /// The id of the nodes' image.
    pub(super) image: String,
    /// The addresses of its ports on this machine.
    pub(super) ports: BTreeMap<String, Listen>,
    /// The images that were imported into the nodes.
    pub(super) images: Option<Imported>,
    /// The groups of objects that were applied to it.
    pub(super) groups: BTreeSet<ResourceId>,
}

/// How far the creation of a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ClusterStage {
    /// k3d was started, and may have been killed.
    Making,
    /// k3d finished.
    Made,
}

/// Images that were found in every node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Imported {
    /// The container ids of these nodes.
    pub(super) nodes: BTreeSet<String>,
    /// The ids of the images, by reference.
    pub(super) ids: BTreeMap<String, String>,
    /// The builds of the workers among them.
    #[serde(default)]
    pub(super) workers: WorkerBuilds,
}

impl ClusterRecord {
    /// The record of a state folder. Without it, Docker still knows the containers, so they can be
    /// removed, but nobody knows which replicas should be alive.
    pub(super) fn read(state: &Directory) -> Result<Stored<Self, Error>, Error> {
        let stored = read_stored(&path(state)).map_err(failed("read", state))?;
        Ok(stored.map_damage(failed("read", state)))
    }

    pub(super) fn write(&self, state: &Directory) -> Result<(), Error> {
        write_json(&path(state), self).map_err(failed("write", state))
    }

    /// Changes the record, if there is one. Parallel steps do this one after the other, since
    /// nothing is awaited here.
    pub(super) fn change(state: &Directory, change: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let Some(mut record) = Self::read(state)?.damaged_as_none() else {
            return Ok(());
        };
        change(&mut record);
        record.write(state)
    }

    /// Removes the record, the kubeconfig and k3d's temporary files of a removed cluster.
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

    /// The address of the frontend on this machine.
    pub(super) fn frontend(state: &Directory) -> Result<SocketAddr, Error> {
        let record = Self::read(state)?.damaged_as_error()?;
        let record = record.ok_or(Error::NoCluster)?;
        let listen = record.ports.get(names::FRONTEND).ok_or(Error::NoCluster)?;
        Ok(listen.address)
    }
}

fn failed(act: &'static str, state: &Directory) -> impl FnOnce(io::Error) -> Error + use<> {
    let path = path(state);
    move |source| Error::Record { act, path, source }
}

pub(super) fn path(state: &Directory) -> Utf8PathBuf {
    state.run().join("cluster.json")
}

/// The kubeconfig of the cluster. It is never the user's own file.
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
    fn a_damaged_record_does_not_prevent_a_removal_and_declares_no_replica_dead() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        let stored = || ClusterRecord::read(&state).expect("no error");
        assert_eq!(stored().damaged_as_error().expect("no error"), None);
        fs_err::create_dir_all(state.run()).expect("a folder");
        fs_err::write(path(&state), "half a rec").expect("a file");
        assert_eq!(stored().damaged_as_none(), None);
        assert!(stored().damaged_as_error().is_err());
    }
}
