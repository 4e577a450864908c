//! The host of all other services: the pods of the cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::{Endpoint, Host, Log, Vitals};
use base::causes::in_one_line;
use base::file::Stored;
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use kubernetes::Cluster;
use model::plan::{ResourceId, ResourceKind};
use model::topology::{ServiceName, WorkerBuilds};
use tokio_util::sync::CancellationToken;

use super::nodes::Nodes;
use super::ports::API;
use super::record::ClusterRecord;
use super::site::Site;

#[derive(Debug, Clone)]
pub struct Pods {
    pub(super) nodes: Nodes,
}

impl Pods {
    fn site(&self) -> &Site {
        &self.nodes.site
    }
}

impl Host for Pods {
    async fn vitals(&self) -> Vitals {
        // An unreadable record is reported by the host of the nodes.
        let Ok(Stored::Read(_)) = ClusterRecord::read(&self.site().state) else {
            return Vitals::default();
        };
        match self.site().api.cluster().await {
            Ok(cluster) => cluster.vitals().await,
            Err(error) => Vitals::unseen(in_one_line(&error)),
        }
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let cluster = self.site().api.cluster().await.ok()?;
        let folder = self.site().state.logs();
        cluster.last_words(&folder, replica, life).await
    }

    async fn logs(&self) -> Vec<Log> {
        let nodes = self.nodes.recorded();
        let mut logs = Cluster::logs(&self.site().state.logs());
        logs.retain(|log| !nodes.contains(&log.replica));
        logs
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        if self.nodes.live().await?.is_none() {
            return Ok(());
        }
        let cluster = self.site().api.cluster().await?;
        let folder = self.site().state.logs();
        cluster.collect_logs(&folder, follow).await
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        let Ok(Some(record)) = self.nodes.live().await else {
            return Vec::new();
        };
        let service_ports = record.ports.into_iter().filter(|(port, _)| port != API);
        // A port of the cluster leads to any replica of the service.
        let endpoints = service_ports.map(|(port, listen)| Endpoint {
            replica: listen.service.clone(),
            service: ServiceName::new(listen.service),
            port,
            address: listen.address,
            wanted: listen.wanted,
        });
        endpoints.collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        match self.site().api.cluster().await {
            Ok(cluster) => cluster.usage().await,
            Err(_) => BTreeMap::new(),
        }
    }

    async fn evidence(&self, id: &ResourceId) -> Option<Utf8PathBuf> {
        match id.kind() {
            ResourceKind::Base | ResourceKind::Job | ResourceKind::Deployment => {
                let folder = self.site().state.path().join("evidence");
                let cluster = self.site().api.cluster().await.ok()?;
                cluster.evidence(id, &folder).await.ok()
            }
            _ => None,
        }
    }

    async fn worker_builds(&self) -> WorkerBuilds {
        let read = ClusterRecord::read(&self.site().state).ok();
        let record = read.and_then(Stored::damaged_as_none);
        let images = record.and_then(|record| record.images);
        images.map(|imported| imported.workers).unwrap_or_default()
    }
}
