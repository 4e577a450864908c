//! Ways into the cluster: its API, and ports of its services forwarded to this machine. Nothing of
//! a topology in Azure is otherwise reached from here.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use azure::arm;
use kubernetes::{Cluster, Entrance, Forwards, NAMESPACE};
use model::topology::Topology;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::awaited;
use super::error::Error;
use super::site::Site;

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
struct Way {
    connection: Option<Arc<Connection>>,
    /// Since when it has not answered.
    silent: Option<Instant>,
}

/// The way into the cluster of a place.
#[derive(Debug)]
pub struct Link {
    site: Arc<Site>,
    way: Mutex<Way>,
}

impl Link {
    pub(super) fn new(site: &Arc<Site>) -> Self {
        Self {
            site: Arc::clone(site),
            way: Mutex::default(),
        }
    }

    /// The cluster; an error if there is none.
    pub(super) async fn connected(&self) -> Result<Arc<Connection>, backend::Error> {
        let connection = self.connection().await?;
        connection.ok_or_else(|| Error::NoCluster.into())
    }

    /// The cluster; nothing if Azure has none, an error if it does not answer.
    pub(super) async fn connection(&self) -> Result<Option<Arc<Connection>>, backend::Error> {
        if self.site.without_cluster() {
            return Ok(None);
        }
        let mut way = self.way.lock().await;
        let fresh = |it: &&Arc<Connection>| it.since.elapsed() < FRESH;
        if let Some(connection) = way.connection.as_ref().filter(fresh) {
            return Ok(Some(Arc::clone(connection)));
        }
        if way.silent.is_some_and(|since| since.elapsed() < SILENT) {
            return Err(Error::SilentCluster.into());
        }
        let Some(cluster) = sign_in(&self.site).await? else {
            *way = Way::default();
            return Ok(None);
        };
        if !cluster.answers().await {
            way.silent = Some(Instant::now());
            return Err(Error::SilentCluster.into());
        }
        // The ports stay, for those who have been told of them.
        let forwards = match way.connection.take() {
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
        *way = Way {
            connection: Some(Arc::clone(&connection)),
            silent: None,
        };
        Ok(Some(connection))
    }

    /// Forgets a cluster that goes, or is another one now.
    pub(super) async fn forget(&self) {
        *self.way.lock().await = Way::default();
    }

    /// Where the frontend's gRPC is to be had on this machine, for as long as this command runs.
    pub(super) async fn frontend(&self) -> Result<SocketAddr, backend::Error> {
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

    /// The addresses that the cloud has given to services, by the names of these; none where there
    /// is no cluster yet.
    pub async fn addresses(&self) -> Result<BTreeMap<String, String>, backend::Error> {
        match self.connection().await? {
            Some(connection) => connection.cluster.load_balancers().await,
            None => Ok(BTreeMap::new()),
        }
    }
}

/// The cluster, if Azure has one.
async fn sign_in(site: &Site) -> Result<Option<Cluster>, backend::Error> {
    let (arm, scope) = (site.arm().await?, site.scope().await?);
    let asked = arm.cluster_user_kubeconfig(&scope.group, &scope.names.cluster);
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
    } = arm.options();
    let token = credential.token(&endpoints.aks_scope()).await;
    let token = token.map_err(Error::azure("give a token for the cluster"))?;
    let awaited = match site.ground {
        Some(_) => None,
        None => Some(awaited::of(site.login_server(&scope).await?)),
    };
    let cluster = Cluster::from_kubeconfig(&kubeconfig, Some(&token), NAMESPACE)?;
    Ok(Some(cluster.awaiting(awaited)))
}
