//! The connection to the cluster of a state folder.

use std::sync::{Mutex, MutexGuard, PoisonError};

use backend::state::Directory;
use kubernetes::{Cluster, NAMESPACE};

use super::error::Error;
use super::record;

/// The API of the cluster, connected to when it is first needed and kept as long as it is the same
/// cluster.
#[derive(Debug)]
pub(super) struct Connection {
    state: Directory,
    made: Mutex<Option<Cluster>>,
}

impl Connection {
    /// Of a state folder; nothing is connected to yet.
    pub(super) fn new(state: Directory) -> Self {
        Self {
            state,
            made: Mutex::default(),
        }
    }

    /// The API of the cluster that was made last.
    pub(super) async fn cluster(&self) -> Result<Cluster, backend::Error> {
        if let Some(cluster) = self.made().clone() {
            return Ok(cluster);
        }
        let cluster = connect(&self.state).await?;
        *self.made() = Some(cluster.clone());
        Ok(cluster)
    }

    /// Forgets the API of a cluster that goes.
    pub(super) fn forget(&self) {
        *self.made() = None;
    }

    fn made(&self) -> MutexGuard<'_, Option<Cluster>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The API of the cluster of a state folder.
pub async fn connect(state: &Directory) -> Result<Cluster, backend::Error> {
    let kubeconfig = record::kubeconfig(state);
    if !kubeconfig.exists() {
        return Err(Error::NoCluster.into());
    }
    Cluster::connect(&kubeconfig, NAMESPACE).await
}
