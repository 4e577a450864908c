//! The host of the database and of the nodes: containers of this machine's Docker engine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backend::{Endpoint, Host, Log, Vitals};
use base::causes::in_one_line;
use base::file::Stored;
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use model::plan::{ResourceId, ResourceKind, State};
use model::topology::ServiceName;
use tokio_util::sync::CancellationToken;

use super::nodes::Nodes;
use super::ports::{self, MYSQL};
use super::record::ClusterRecord;
use super::site::Site;
use crate::{container_life, owned};

#[derive(Debug, Clone)]
pub struct ContainerHost {
    pub(super) nodes: Nodes,
}

impl ContainerHost {
    pub(super) async fn database_lives(&self) -> Result<bool, backend::Error> {
        let observed = self.site().mysql().await?.observe(&[]).await?;
        let lives = |state: &State| matches!(state, State::Live(_));
        Ok(observed
            .iter()
            .any(|observed| observed.id == database::container_id() && lives(&observed.state)))
    }

    async fn mysql_endpoint(&self) -> Option<Endpoint> {
        let address = database::address(&self.site().state)?;
        if !self.database_lives().await.ok()? {
            return None;
        }
        let wanted = ports::mysql_wanted(&self.site().state);
        Some(Endpoint {
            service: ServiceName::new(MYSQL),
            replica: MYSQL.to_owned(),
            port: MYSQL.to_owned(),
            address,
            wanted: (wanted != address.port()).then_some(wanted),
        })
    }

    /// The container of a replica and its log file. The cluster's own name stands for the first
    /// node, since errors name the cluster.
    async fn container(&self, replica: &str) -> Option<(String, Utf8PathBuf)> {
        if replica == MYSQL {
            let file = self.site().state.logs().join(format!("{MYSQL}.log"));
            let mysql = self.site().mysql().await.ok()?;
            return Some((mysql.names().container().to_owned(), file));
        }
        let record = ClusterRecord::read(&self.site().state).ok()?;
        let record = record.damaged_as_none()?;
        let mut nodes = record.nodes.into_iter();
        let node = if replica == self.site().names.cluster {
            nodes.next()?
        } else {
            nodes.find(|node| node == replica)?
        };
        let file = self.nodes.log_file(&node);
        Some((node, file))
    }

    fn node_logs(&self) -> Vec<Log> {
        let cluster = &self.site().names.cluster;
        let nodes = self.nodes.recorded().into_iter().enumerate();
        let logs = nodes.map(|(number, node)| Log {
            path: self.nodes.log_file(&node),
            replica: if number == 0 { cluster.clone() } else { node },
            services: vec![cluster.clone()],
        });
        logs.filter(|log| log.path.exists()).collect()
    }

    fn site(&self) -> &Arc<Site> {
        &self.nodes.site
    }
}

impl Host for ContainerHost {
    async fn vitals(&self) -> Vitals {
        let engine = match self.site().engine().await {
            Ok(engine) => engine,
            Err(error) => return Vitals::unseen(in_one_line(&error)),
        };
        let mut vitals = Vitals::default();
        if let Ok(mysql) = self.site().mysql().await {
            container_life::add(&mut vitals, engine, MYSQL, mysql.names().container()).await;
        }
        match ClusterRecord::read(&self.site().state) {
            Ok(Stored::Read(record)) => {
                for node in &record.nodes {
                    container_life::add(&mut vitals, engine, node, node).await;
                }
            }
            Ok(Stored::Absent) => {}
            Ok(Stored::Damaged(error)) | Err(error) => vitals.unseen = Some(in_one_line(&error)),
        }
        vitals
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        let (container, file) = self.container(replica).await?;
        let engine = self.site().engine().await.ok()?;
        container_life::log_tail(engine, &container, file, life).await
    }

    async fn logs(&self) -> Vec<Log> {
        let mut logs = self.node_logs();
        if let Ok(mysql) = self.site().mysql().await {
            logs.extend(mysql.container().log());
        }
        logs
    }

    /// Writes the nodes' logs only if the cluster failed.
    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        let mysql = self.site().mysql().await?;
        let nodes = async {
            if self.nodes.live().await?.is_none() {
                self.nodes.write_logs().await;
            }
            Ok(())
        };
        let (mysql, nodes) = tokio::join!(mysql.container().collect_log(follow), nodes);
        mysql.and(nodes)
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        self.mysql_endpoint().await.into_iter().collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        let used = match self.site().mysql().await {
            Ok(mysql) => mysql.container().usage().await,
            Err(_) => None,
        };
        used.map(|used| (MYSQL.to_owned(), used))
            .into_iter()
            .collect()
    }

    async fn evidence(&self, id: &ResourceId) -> Option<Utf8PathBuf> {
        match id.kind() {
            ResourceKind::Cluster => self.nodes.write_logs().await.into_iter().next(),
            _ => None,
        }
    }

    async fn database(&self) -> Result<Option<mysql::ConnectOptions>, backend::Error> {
        if !database::has_record(&self.site().state) {
            return Ok(None);
        }
        Ok(Some(self.site().mysql().await?.connect_options()?))
    }

    fn settling_time(&self) -> Duration {
        owned::ENGINE_SETTLING
    }
}
