//! The cluster as a resource: creates, checks and removes the containers that are its nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use backend::Readiness;
use base::causes::in_one_line;
use base::file::{Stored, write_atomically};
use camino::Utf8PathBuf;
use docker::{OWNER, Owned, Status};
use model::plan::{Observed, Resource, State};
use model::profile::K3d;
use model::quantity::Duration;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::found::Found;
use super::record::{self, ClusterRecord, ClusterStage};
use super::site::Site;
use super::tool::{self, MARK};
use crate::address::Listen;
use crate::census;

/// How long the cluster may take to become ready.
const READY: Duration = Duration::from_secs(300);

/// The image of a cluster's nodes.
pub fn node_image(cluster: &K3d) -> String {
    format!("rancher/k3s:v{}", cluster.kubernetes)
}

/// The desired cluster.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) cluster: tool::Cluster,
    /// The id of the image of its nodes.
    pub(super) image: String,
    /// Its ports on this machine.
    pub(super) ports: BTreeMap<String, Listen>,
}

impl Wanted {
    /// Whether the recorded cluster differs from this one.
    pub(super) fn replaces(&self, record: &ClusterRecord) -> bool {
        self.cluster.digest() != record.digest
    }
}

#[derive(Debug, Clone)]
pub(super) struct Nodes {
    pub(super) site: Arc<Site>,
}

impl Nodes {
    pub(super) fn desire(&self, wanted: &Wanted) -> Resource {
        Resource {
            id: self.site.names.cluster_id(),
            digest: wanted.cluster.digest(),
            needs: vec![self.site.names.network_id()],
            ready_timeout: READY,
        }
    }

    /// The observed cluster, in a given state.
    pub(super) fn observed(&self, state: State) -> Observed {
        Observed {
            id: self.site.names.cluster_id(),
            state,
            needs: vec![self.site.names.network_id()],
            stays: false,
        }
    }

    /// Looks for the cluster in Docker and in the record.
    pub(super) async fn find(&self) -> Result<Found, Error> {
        let Some(record) = ClusterRecord::read(&self.site.state)?.damaged_as_none() else {
            return Ok(if self.pieces().await?.is_empty() {
                Found::Absent
            } else {
                Found::Dead("it exists without a record".to_owned())
            });
        };
        if record.stage == ClusterStage::Making {
            return Ok(Found::Dead(
                "an interrupted command was creating it".to_owned(),
            ));
        }
        let engine = self.site.engine().await?;
        for node in &record.nodes {
            let reason = match engine.container(node).await? {
                Some(container) if container.status == Status::Running => continue,
                Some(container) => format!("its node {node} does not run: {}", container.status),
                None => format!("its node {node} is gone"),
            };
            return Ok(Found::Dead(reason));
        }
        Ok(Found::Live(Box::new(record)))
    }

    /// The record of the cluster, if all of its nodes run.
    pub(super) async fn live(&self) -> Result<Option<ClusterRecord>, Error> {
        Ok(match self.find().await? {
            Found::Live(record) => Some(*record),
            Found::Absent | Found::Dead(_) => None,
        })
    }

    /// Whether the node with the ports runs. Then the cluster itself uses the ports, even if
    /// another node is dead.
    pub(super) async fn first_runs(&self) -> Result<bool, Error> {
        let Some(first) = self.recorded().into_iter().next() else {
            return Ok(false);
        };
        let container = self.site.engine().await?.container(&first).await?;
        Ok(container.is_some_and(|container| container.status == Status::Running))
    }

    /// Creates the cluster, and first removes what exists of it.
    pub(super) async fn make(
        &self,
        wanted: &Wanted,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        self.remove().await?;
        let Site { names, state, .. } = &*self.site;
        let mut record = ClusterRecord {
            digest: wanted.cluster.digest(),
            stage: ClusterStage::Making,
            nodes: names.nodes(wanted.cluster.servers, wanted.cluster.agents),
            image: wanted.image.clone(),
            ports: wanted.ports.clone(),
            images: None,
            groups: BTreeSet::new(),
        };
        record.write(state)?;
        // k3d uses an existing volume but does not label it as ours.
        let labels = BTreeMap::from([(OWNER.to_owned(), names.owner.clone())]);
        let engine = self.site.engine().await?;
        engine.create_volume(&names.image_volume(), &labels).await?;
        let made = self.site.k3d().create(&wanted.cluster, cancel).await;
        if let Err(source) = made {
            return Err(Error::Create {
                cluster: names.cluster.clone(),
                logs: self.write_logs().await,
                source,
            });
        }
        self.fetch_kubeconfig(cancel).await?;
        record.stage = ClusterStage::Made;
        record.write(state)
    }

    async fn fetch_kubeconfig(&self, cancel: &CancellationToken) -> Result<(), Error> {
        let name = &self.site.names.cluster;
        let text = self.site.k3d().kubeconfig(name, cancel).await;
        let path = record::kubeconfig(&self.site.state);
        write_atomically(&path, text.map_err(Error::Use)?.as_bytes()).map_err(|source| {
            Error::Record {
                act: "write",
                path,
                source,
            }
        })
    }

    /// Removes everything that exists of the cluster.
    pub(super) async fn remove(&self) -> Result<(), Error> {
        self.end_orphans().await?;
        self.site.api.forget();
        if !self.pieces().await?.is_empty() {
            // The harness itself removes below what k3d leaves or fails to delete.
            let name = &self.site.names.cluster;
            let uncancelled = CancellationToken::new();
            if let Err(error) = self.site.k3d().delete(name, &uncancelled).await {
                let error = in_one_line(&error);
                tracing::warn!(error, "k3d could not delete the cluster");
            }
        }
        let engine = self.site.engine().await?;
        for piece in self.pieces().await? {
            engine.remove(&piece).await?;
        }
        ClusterRecord::forget(&self.site.state)
    }

    /// Everything in Docker that belongs to the cluster: nodes, k3d's helpers, volumes.
    async fn pieces(&self) -> Result<Vec<Owned>, Error> {
        let engine = self.site.engine().await?;
        let mut pieces = engine.labelled(&self.site.names.k3d_label()).await?;
        let volume = self.site.names.image_volume();
        if engine.volume(&volume).await?.is_some()
            && !pieces.contains(&Owned::Volume(volume.clone()))
        {
            pieces.push(Owned::Volume(volume));
        }
        Ok(pieces)
    }

    /// Ends the k3d of a killed command, which would continue to create or remove what this command
    /// checks.
    pub(super) async fn end_orphans(&self) -> Result<(), Error> {
        self.site.check_lock()?;
        let processes = census::end(&self.site.state, |marked| marked.replica == MARK).await;
        if processes.is_empty() {
            return Ok(());
        }
        Err(Error::Orphan { processes })
    }

    /// Whether the cluster does its job. If a node ended, it never will.
    pub(super) async fn ready(&self) -> Readiness {
        let record = match self.find().await {
            Ok(Found::Live(record)) => record,
            Ok(Found::Dead(reason)) => {
                self.write_logs().await;
                return Readiness::Never(reason);
            }
            Ok(Found::Absent) => return Readiness::Never("it is gone".to_owned()),
            Err(error) => return Readiness::unseen(&error),
        };
        match self.site.api.cluster().await {
            Ok(cluster) => cluster.takes_objects(record.nodes.len()).await,
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// Whether pods can run in it and find each other. The cluster's DNS is the last part to start,
    /// and neither images nor objects wait for it.
    pub(super) async fn pods_can_run(&self) -> Readiness {
        let nodes = match ClusterRecord::read(&self.site.state) {
            Ok(Stored::Read(record)) => record.nodes.len(),
            Ok(Stored::Absent) => 0,
            Ok(Stored::Damaged(error)) | Err(error) => return Readiness::unseen(&error),
        };
        match self.site.api.cluster().await {
            Ok(cluster) => cluster.ready(nodes).await,
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// Writes the nodes' logs to files. Returns the files that were written.
    pub(super) async fn write_logs(&self) -> Vec<Utf8PathBuf> {
        let Ok(engine) = self.site.engine().await else {
            return Vec::new();
        };
        let mut logs = Vec::new();
        for node in self.recorded() {
            let path = self.log_file(&node);
            if engine.write_log(&node, &path).await.is_ok() {
                logs.push(path);
            }
        }
        logs
    }

    pub(super) fn log_file(&self, node: &str) -> Utf8PathBuf {
        self.site.state.logs().join(format!("{node}.log"))
    }

    /// The nodes in the record, if it can be read.
    pub(super) fn recorded(&self) -> Vec<String> {
        let record = ClusterRecord::read(&self.site.state).ok();
        let record = record.and_then(Stored::damaged_as_none);
        record.map_or_else(Vec::new, |record| record.nodes)
    }
}
