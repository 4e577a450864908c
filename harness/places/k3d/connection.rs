//! The connection to the cluster of a state folder.

use std::sync::{Mutex, MutexGuard, PoisonError};

use backend::state::Directory;
use kubernetes::{Cluster, NAMESPACE};

use super::error::Error;
use super::record;

/// The API of the cluster. It is connected when it is first needed, and kept until the cluster is
/// removed.
#[derive(Debug)]
pub(super) struct Connection {
    state: Directory,
    made: Mutex<Option<Cluster>>,
}

impl Connection {
    /// For a state folder. Does not connect yet.
    pub(super) fn new(state: Directory) -> Self {
        Self {
            state,
            made: Mutex::default(),
        }
    }

    /// The API of the cluster that was created last.
    pub(super) async fn cluster(&self) -> Result<Cluster, backend::Error> {
        if let Some(cluster) = self.made().clone() {
            return Ok(cluster);
        }
        let cluster = connect(&self.state).await?;
        *self.made() = Some(cluster.clone());
        Ok(cluster)
    }

    /// Forgets the API of a removed cluster.
    pub(super) fn forget(&self) {
        *self.made() = None;
    }

    fn made(&self) -> MutexGuard<'_, Option<Cluster>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects to the cluster of a state folder.
pub async fn connect(state: &Directory) -> Result<Cluster, backend::Error> {
    let kubeconfig = record::kubeconfig(state);
    if !kubeconfig.exists() {
        return Err(Error::NoCluster.into());
    }
    Cluster::connect(&kubeconfig, NAMESPACE).await
}
