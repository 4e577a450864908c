//! The cluster as a resource: made, looked at and removed.

use std::collections::BTreeMap;

use backend::Readiness;
use base::file::write_atomically;
use camino::Utf8PathBuf;
use docker::{OWNER, Owned, Status};
use model::plan::ResourceId;
use tokio_util::sync::CancellationToken;

use super::backend::K3dBackend;
use super::error::Error;
use super::found::Found;
use super::record::{self, Record, Stage};
use super::tool::MARK;
use crate::census;

impl K3dBackend {
    /// Looks what there is of the cluster, by Docker and by the record.
    pub(super) async fn find_cluster(&self) -> Result<Found, Error> {
        let Some(record) = self.record()? else {
            return Ok(if self.pieces().await?.is_empty() {
                Found::Absent
            } else {
                Found::Dead("it is there without a record".to_owned())
            });
        };
        if record.stage == Stage::Making {
            return Ok(Found::Dead(
                "an interrupted command was making it".to_owned(),
            ));
        }
        let engine = &self.docker().await?.engine;
        for node in &record.nodes {
            let reason = match engine.container(node).await? {
                Some(container) if container.status == Status::Running => continue,
                Some(container) => format!("of its node {node}: {}", container.status),
                None => format!("its node {node} is gone"),
            };
            return Ok(Found::Dead(reason));
        }
        Ok(Found::Live(Box::new(record)))
    }

    /// Whether the node runs that has the ports: it is no other program that listens there, also
    /// where the cluster as a whole is dead.
    pub(super) async fn first_node_runs(&self) -> Result<bool, Error> {
        let first = self
            .record()?
            .and_then(|record| record.nodes.into_iter().next());
        let Some(first) = first else {
            return Ok(false);
        };
        let container = self.docker().await?.engine.container(&first).await?;
        Ok(container.is_some_and(|container| container.status == Status::Running))
    }

    /// Makes the cluster in place of whatever there is of it.
    pub(super) async fn make_cluster(&self, id: &ResourceId) -> Result<(), Error> {
        self.remove_cluster().await?;
        let wanted = self.wanted(id)?;
        let mut record = Record {
            digest: wanted.digest.clone(),
            stage: Stage::Making,
            nodes: self
                .names()
                .nodes(wanted.cluster.servers, wanted.cluster.agents),
            image: wanted.image.clone(),
            ports: wanted.ports.clone(),
            images: None,
            groups: std::collections::BTreeSet::new(),
        };
        self.write_record(&record)?;
        // k3d takes the volume that is there and does not label it as ours.
        let labels = BTreeMap::from([(OWNER.to_owned(), self.names().owner.clone())]);
        let volume = self.names().image_volume();
        let engine = &self.docker().await?.engine;
        engine.create_volume(&volume, &labels).await?;
        let made = self.k3d().create(&wanted.cluster, self.cancel()).await;
        if let Err(source) = made {
            return Err(Error::Create {
                cluster: self.names().cluster.clone(),
                logs: self.write_node_logs().await,
                source,
            });
        }
        self.fetch_kubeconfig().await?;
        record.stage = Stage::Made;
        self.write_record(&record)
    }

    async fn fetch_kubeconfig(&self) -> Result<(), Error> {
        let name = &self.names().cluster;
        let text = self.k3d().kubeconfig(name, self.cancel()).await;
        let path = record::kubeconfig(self.state());
        write_atomically(&path, text.map_err(Error::Use)?.as_bytes()).map_err(|source| {
            Error::Record {
                act: "write",
                path,
                source,
            }
        })
    }

    /// Removes all there is of the cluster.
    pub(super) async fn remove_cluster(&self) -> Result<(), Error> {
        self.end_orphans().await?;
        self.disconnect();
        if !self.pieces().await?.is_empty() {
            // What k3d leaves, or cannot do, is done here: it is not asked to prove anything.
            let name = &self.names().cluster;
            let deleted = self.k3d().delete(name, &CancellationToken::new()).await;
            if let Err(error) = deleted {
                tracing::warn!(%error, "k3d could not delete the cluster");
            }
        }
        let engine = &self.docker().await?.engine;
        for piece in self.pieces().await? {
            engine.remove(&piece).await?;
        }
        Record::forget(self.state()).map_err(|source| Error::Record {
            act: "remove",
            path: record::path(self.state()),
            source,
        })
    }

    /// Everything in Docker that belongs to the cluster: nodes, k3d's helpers, volumes.
    pub(super) async fn pieces(&self) -> Result<Vec<Owned>, Error> {
        let engine = &self.docker().await?.engine;
        let mut pieces = engine.labelled(&self.names().k3d_label()).await?;
        let volume = self.names().image_volume();
        if engine.volume(&volume).await?.is_some()
            && !pieces.contains(&Owned::Volume(volume.clone()))
        {
            pieces.push(Owned::Volume(volume));
        }
        Ok(pieces)
    }

    /// Ends the k3d of a command that was killed: it would go on making, or removing, what this one
    /// looks at.
    pub(super) async fn end_orphans(&self) -> Result<(), Error> {
        self.lock()?;
        let processes = census::end(self.state(), |marked| marked.replica == MARK).await;
        if processes.is_empty() {
            return Ok(());
        }
        Err(Error::Orphan { processes })
    }

    /// Whether the cluster does its job; a node that ended will not.
    pub(super) async fn cluster_ready(&self) -> Readiness {
        let record = match self.find_cluster().await {
            Ok(Found::Live(record)) => record,
            Ok(Found::Dead(reason)) => {
                self.write_node_logs().await;
                return Readiness::Never(reason);
            }
            Ok(Found::Absent) => return Readiness::Never("it is gone".to_owned()),
            Err(error) => return Readiness::unseen(&error),
        };
        match self.kubernetes().await {
            Ok(cluster) => cluster.takes_objects(record.nodes.len()).await,
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// Whether pods can run in it and find each other. The DNS comes last, and neither the images
    /// nor the objects wait for it.
    pub(super) async fn pods_can_run(&self) -> Readiness {
        let nodes = match self.record() {
            Ok(record) => record.map_or(0, |record| record.nodes.len()),
            Err(error) => return Readiness::unseen(&error),
        };
        match self.kubernetes().await {
            Ok(cluster) => cluster.ready(nodes).await,
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// Writes what the nodes have said to log files; answers with those that there are.
    pub(super) async fn write_node_logs(&self) -> Vec<Utf8PathBuf> {
        let Ok(docker) = self.docker().await else {
            return Vec::new();
        };
        let nodes = self.record().ok().flatten().map(|record| record.nodes);
        let mut logs = Vec::new();
        for node in nodes.unwrap_or_default() {
            let path = self.node_log(&node);
            if docker.engine.write_log(&node, &path).await.is_ok() {
                logs.push(path);
            }
        }
        logs
    }

    /// The log file of a node.
    pub(super) fn node_log(&self, node: &str) -> Utf8PathBuf {
        self.state().logs().join(format!("{node}.log"))
    }
}
