//! The containers that a state folder may have in Docker: MySQL and the web console.

use std::net::SocketAddr;
use std::sync::Arc;

use backend::state::{Directory, Lock};
use base::tool::Environment;
use database::Mysql;
use docker::Engine;
use model::plan::{ResourceId, ResourceKind};
use tokio::sync::OnceCell;

use super::console::WEB;
use super::error::Error;
use super::web::Web;

/// The name of the database among the replicas of a topology.
pub(super) const MYSQL: &str = "mysql";

/// Whether a replica is a container here.
pub(super) fn is_container(replica: &str) -> bool {
    [MYSQL, WEB].contains(&replica)
}

/// The Docker engine of a state folder. It is connected when it is first needed: without
/// containers, Docker is not required.
#[derive(Debug)]
pub(super) struct DockerSite {
    state: Directory,
    environment: Environment,
    http: reqwest::Client,
    lock: Option<Arc<Lock>>,
    connected: OnceCell<Connected>,
}

/// A connected Docker engine, with the services in it.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) engine: Engine,
    pub(super) mysql: Mysql,
    pub(super) web: Web,
}

impl DockerSite {
    pub(super) fn new(
        state: Directory,
        environment: Environment,
        http: reqwest::Client,
        lock: Option<Arc<Lock>>,
    ) -> Self {
        Self {
            state,
            environment,
            http,
            lock,
            connected: OnceCell::new(),
        }
    }

    pub(super) async fn connected(&self) -> Result<&Connected, Error> {
        self.connected
            .get_or_try_init(|| async {
                let engine = Engine::connect(&self.environment).await?;
                let (state, environment) = (self.state.clone(), self.environment.clone());
                Ok(Connected {
                    web: Web {
                        engine: engine.clone(),
                        state: state.clone(),
                        http: self.http.clone(),
                    },
                    mysql: Mysql::new(engine.clone(), state, environment, self.lock.as_deref()),
                    engine,
                })
            })
            .await
    }

    /// The same as [`Self::connected`], but only if containers may exist. Otherwise Docker is not
    /// required.
    pub(super) async fn connected_if_used(
        &self,
        named: &[ResourceId],
    ) -> Result<Option<&Connected>, Error> {
        if self.is_used(named) {
            self.connected().await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether containers may exist. The secrets are created before any container, and removed when
    /// no container is left.
    pub(super) fn is_used(&self, named: &[ResourceId]) -> bool {
        let kinds = [ResourceKind::Container, ResourceKind::Schema];
        self.state.secrets().exists() || named.iter().any(|id| kinds.contains(&id.kind()))
    }

    /// The address of this folder's database, if it was ever created.
    pub(super) fn database_address(&self) -> Option<SocketAddr> {
        database::address(&self.state)
    }
}
