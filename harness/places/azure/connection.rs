//! The connection to the cluster: its API, and ports of its services that are forwarded to this
//! machine. There is no other way to a topology in Azure from here.

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

/// How long a connection is used. Entra's tokens are valid for an hour or more.
const FRESH: Duration = Duration::from_mins(30);

/// How long a cluster that did not answer is not asked again. A command asks many questions, and no
/// cluster starts in a shorter time.
const SILENT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) cluster: Cluster,
    forwards: Arc<Forwards>,
    since: Instant,
}

/// What is known about the connection.
#[derive(Debug, Default)]
struct State {
    connection: Option<Arc<Connection>>,
    /// When it failed to answer.
    silent: Option<Instant>,
}

/// The connection to the cluster of a place.
#[derive(Debug)]
pub struct Link {
    site: Arc<Site>,
    state: Mutex<State>,
}

impl Link {
    pub(super) fn new(site: &Arc<Site>) -> Self {
        Self {
            site: Arc::clone(site),
            state: Mutex::default(),
        }
    }

    /// The cluster; an error if there is none.
    pub(super) async fn connected(&self) -> Result<Arc<Connection>, backend::Error> {
        let connection = self.connection().await?;
        connection.ok_or_else(|| Error::NoCluster.into())
    }

    /// The cluster; `None` if Azure has none, an error if it does not answer.
    pub(super) async fn connection(&self) -> Result<Option<Arc<Connection>>, backend::Error> {
        if self.site.without_cluster() {
            return Ok(None);
        }
        let mut state = self.state.lock().await;
        let fresh = |it: &&Arc<Connection>| it.since.elapsed() < FRESH;
        if let Some(connection) = state.connection.as_ref().filter(fresh) {
            return Ok(Some(Arc::clone(connection)));
        }
        if state.silent.is_some_and(|since| since.elapsed() < SILENT) {
            return Err(Error::SilentCluster.into());
        }
        let Some(cluster) = sign_in(&self.site).await? else {
            *state = State::default();
            return Ok(None);
        };
        if !cluster.answers().await {
            state.silent = Some(Instant::now());
            return Err(Error::SilentCluster.into());
        }
        // The forwarded ports stay open, since others already use them.
        let forwards = match state.connection.take() {
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
        *state = State {
            connection: Some(Arc::clone(&connection)),
            silent: None,
        };
        Ok(Some(connection))
    }

    /// Forgets a cluster that is removed or replaced.
    pub(super) async fn forget(&self) {
        *self.state.lock().await = State::default();
    }

    /// The address of the frontend's gRPC port on this machine, valid while this command runs.
    pub(super) async fn frontend(&self) -> Result<SocketAddr, backend::Error> {
        // Name and port are the same in every topology, so commands that only look need no
        // topology.
        let (service, port) = Entrance::frontend();
        let connection = self.connected().await?;
        connection.forwards.open(&service, port, None)
    }

    /// Forwards an entrance to this machine while this command runs: to the wanted port, if one is
    /// given.
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

    /// The external addresses of services, by the services' names. Empty if there is no cluster
    /// yet.
    pub async fn addresses(&self) -> Result<BTreeMap<String, String>, backend::Error> {
        match self.connection().await? {
            Some(connection) => connection.cluster.load_balancers().await,
            None => Ok(BTreeMap::new()),
        }
    }
}

async fn sign_in(site: &Site) -> Result<Option<Cluster>, backend::Error> {
    let (arm, scope) = (site.arm().await?, site.scope().await?);
    let asked = arm.cluster_user_kubeconfig(&scope.group, &scope.names.cluster);
    let kubeconfig = match asked.await {
        Ok(kubeconfig) => kubeconfig,
        // A cluster that is being created or deleted has no credentials.
        Err(error) if error.is_not_found() || error.is_conflict() => return Ok(None),
        Err(error) => return Err(Error::azure("get the cluster's kubeconfig")(error).into()),
    };
    let arm::Options {
        credential,
        endpoints,
        ..
    } = arm.options();
    let token = credential.token(&endpoints.aks_scope()).await;
    let token = token.map_err(Error::azure("get a token for the cluster"))?;
    let awaited = match site.stand_in {
        Some(_) => None,
        None => Some(awaited::of(site.login_server(&scope).await?)),
    };
    let cluster = Cluster::from_kubeconfig(&kubeconfig, Some(&token), NAMESPACE)?;
    Ok(Some(cluster.awaiting(awaited)))
}
