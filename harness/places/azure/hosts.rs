//! The hosts of replicas: the pods of the cluster, and in a rehearsal also the stand-in's
//! containers on this machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backend::{Backend as _, Endpoint, Host, Log, Vitals};
use base::causes::in_one_line;
use base::log_tail::LogTail;
use camino::Utf8PathBuf;
use kubernetes::Cluster;
use model::plan::{ResourceId, ResourceKind};
use tokio_util::sync::CancellationToken;

use super::connection::Link;
use super::site::Site;
use crate::k3d::{self, ContainerHost};

#[derive(Debug)]
pub struct Hosts {
    site: Arc<Site>,
    link: Arc<Link>,
    /// The hosts of the stand-in. It has the same pods as `link`. Their lives come from `link`;
    /// their logs come from the stand-in, which also has the logs of the nodes.
    stand_in: Option<(ContainerHost, k3d::Pods)>,
}

impl Hosts {
    pub(super) fn new(site: &Arc<Site>, link: &Arc<Link>) -> Self {
        let stand_in = site.stand_in.as_ref();
        Self {
            stand_in: stand_in.map(|stand_in| stand_in.place.hosts().clone()),
            site: Arc::clone(site),
            link: Arc::clone(link),
        }
    }

    fn containers(&self) -> Option<&ContainerHost> {
        self.stand_in.as_ref().map(|(containers, _)| containers)
    }
}

impl Host for Hosts {
    /// Does not include the database in Azure, which Azure operates.
    async fn vitals(&self) -> Vitals {
        let mut vitals = match self.containers() {
            Some(containers) => containers.vitals().await,
            None => Vitals::default(),
        };
        match self.link.connection().await {
            Ok(Some(connection)) => vitals.join(connection.cluster.vitals().await),
            Ok(None) => {}
            Err(error) => vitals.unseen = Some(in_one_line(&error)),
        }
        vitals
    }

    async fn log_tail(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        if let Some(containers) = self.containers()
            && let Some(words) = containers.log_tail(replica, life).await
        {
            return Some(words);
        }
        let connection = self.link.connection().await.ok()??;
        let folder = self.site.state.logs();
        connection.cluster.last_words(&folder, replica, life).await
    }

    async fn logs(&self) -> Vec<Log> {
        match &self.stand_in {
            Some(stand_in) => stand_in.logs().await,
            None => Cluster::logs(&self.site.state.logs()),
        }
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        if let Some(stand_in) = &self.stand_in {
            return stand_in.collect_logs(follow).await;
        }
        match self.link.connection().await? {
            Some(connection) => {
                let folder = self.site.state.logs();
                connection.cluster.collect_logs(&folder, follow).await
            }
            None => Ok(()),
        }
    }

    /// Empty: a forwarded port ends with the command that forwards it.
    async fn endpoints(&self) -> Vec<Endpoint> {
        Vec::new()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        match self.link.connected().await {
            Ok(connection) => connection.cluster.usage().await,
            Err(_) => BTreeMap::new(),
        }
    }

    async fn evidence(&self, id: &ResourceId) -> Option<Utf8PathBuf> {
        match id.kind() {
            ResourceKind::Base | ResourceKind::Job | ResourceKind::Deployment => {
                let folder = self.site.state.path().join("evidence");
                let connection = self.link.connected().await.ok()?;
                connection.cluster.evidence(id, &folder).await.ok()
            }
            _ => self.containers()?.evidence(id).await,
        }
    }

    /// The database in Azure has no address outside of its network.
    async fn database(&self) -> Result<Option<mysql::ConnectOptions>, backend::Error> {
        match self.containers() {
            Some(containers) => containers.database().await,
            None => Ok(None),
        }
    }

    fn settling_time(&self) -> Duration {
        self.containers()
            .map_or(Duration::ZERO, Host::settling_time)
    }
}
