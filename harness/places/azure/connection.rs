//! Ways into the cluster: its API, and ports of its services forwarded to this machine. Nothing of
//! a topology in Azure is otherwise reached from here.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use azure::arm;
use kubernetes::{Cluster, Entrance, Forwards, NAMESPACE};
use model::topology::Topology;
use tokio::time::Instant;

use super::backend::AzureBackend;
use super::error::Error;
use super::objects;

/// For how long a connection is used: Entra's tokens are good for an hour or more.
const FRESH: Duration = Duration::from_mins(30);

/// For how long a cluster that has not answered is not asked again: a command has many questions,
/// and no cluster comes to be in less.
const SILENT: Duration = Duration::from_secs(5);

/// A connection to the cluster.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) cluster: Cluster,
    forwards: Arc<Forwards>,
    since: Instant,
}

/// What is known of the way into the cluster.
#[derive(Debug, Default)]
pub(super) struct Link {
    connection: Option<Arc<Connection>>,
    /// Since when it has not answered.
    silent: Option<Instant>,
}

impl AzureBackend {
    /// The cluster; an error if there is none.
    pub(super) async fn connected(&self) -> Result<Arc<Connection>, backend::Error> {
        let connection = self.connection().await?;
        connection.ok_or_else(|| Error::NoCluster.into())
    }

    /// The cluster; nothing if Azure has none, an error if it does not answer.
    pub(super) async fn connection(&self) -> Result<Option<Arc<Connection>>, backend::Error> {
        if self.without_cluster() {
            return Ok(None);
        }
        let mut link = self.link.lock().await;
        let fresh = |it: &&Arc<Connection>| it.since.elapsed() < FRESH;
        if let Some(connection) = link.connection.as_ref().filter(fresh) {
            return Ok(Some(Arc::clone(connection)));
        }
        if link.silent.is_some_and(|since| since.elapsed() < SILENT) {
            return Err(Error::SilentCluster.into());
        }
        let Some(cluster) = self.sign_in_to_cluster().await? else {
            *link = Link::default();
            return Ok(None);
        };
        if !cluster.answers().await {
            link.silent = Some(Instant::now());
            return Err(Error::SilentCluster.into());
        }
        // The ports stay, for those who have been told of them.
        let forwards = match link.connection.take() {
            Some(before) => {
                before.forwards.renew(cluster.clone());
                Arc::clone(&before.forwards)
            }
            None => Arc::new(Forwards::new(cluster.clone())),
        };
        let connection = Arc::new(Connection {
            cluster,
            forwards,
            since: Instant::now(),
        });
        *link = Link {
            connection: Some(Arc::clone(&connection)),
            silent: None,
        };
        Ok(Some(connection))
    }

    async fn sign_in_to_cluster(&self) -> Result<Option<Cluster>, backend::Error> {
        let (cloud, scope) = (self.cloud().await?, self.scope().await?);
        let asked = cloud
            .arm
            .cluster_user_kubeconfig(&scope.group, &scope.names.cluster);
        let kubeconfig = match asked.await {
            Ok(kubeconfig) => kubeconfig,
            // One that is being made or deleted has no credentials to give.
            Err(error) if error.is_not_found() || error.is_conflict() => return Ok(None),
            Err(error) => return Err(Error::azure("say how the cluster is reached")(error).into()),
        };
        let arm::Options {
            credential,
            endpoints,
            ..
        } = cloud.arm.options();
        let token = credential.token(&endpoints.aks_scope()).await;
        let token = token.map_err(Error::azure("give a token for the cluster"))?;
        let registry = self.login_server(&scope).await?;
        let awaited = self.ground.is_none().then(|| objects::awaited(registry));
        let cluster = Cluster::from_kubeconfig(&kubeconfig, Some(&token), NAMESPACE)?;
        Ok(Some(cluster.awaiting(awaited)))
    }

    /// Forgets a cluster that goes, or is another one now.
    pub(super) async fn disconnect(&self) {
        *self.link.lock().await = Link::default();
    }

    /// Where the frontend's gRPC is to be had on this machine, for as long as this command runs.
    pub(super) async fn frontend_address(&self) -> Result<SocketAddr, backend::Error> {
        // Its name and port are those of every topology, so that who only looks needs none.
        let (service, port) = Entrance::frontend();
        let connection = self.connected().await?;
        connection.forwards.open(&service, port, None)
    }

    /// Forwards an entrance to this machine, for as long as this command runs: to the wanted port,
    /// if there is one.
    pub async fn forward(
        &self,
        entrance: Entrance,
        topology: &Topology,
        wanted: Option<u16>,
    ) -> Result<SocketAddr, backend::Error> {
        let (service, port) = entrance.of(topology).ok_or(Error::NoEntrance(entrance))?;
        let connection = self.connected().await?;
        connection.forwards.open(&service, port, wanted)
    }
}
