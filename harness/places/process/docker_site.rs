//! What a state folder may have in Docker: MySQL, and the web console.

use std::net::SocketAddr;

use backend::state::Directory;
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

/// The Docker engine as this folder sees it. It is connected to when it is first needed: where
/// nothing is in containers, nobody asks for it.
#[derive(Debug)]
pub(super) struct DockerSite {
    state: Directory,
    environment: Environment,
    http: reqwest::Client,
    connected: OnceCell<Connected>,
}

/// A Docker engine, and what is made there.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) engine: Engine,
    pub(super) mysql: Mysql,
    pub(super) web: Web,
}

impl DockerSite {
    pub(super) fn new(state: Directory, environment: Environment, http: reqwest::Client) -> Self {
        Self {
            state,
            environment,
            http,
            connected: OnceCell::new(),
        }
    }

    /// Docker, connected to.
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
                    mysql: Mysql::new(engine.clone(), state, environment),
                    engine,
                })
            })
            .await
    }

    /// As [`Self::connected`], if something is, or may be, in containers: otherwise nobody needs
    /// Docker.
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

    /// Whether something is, or may be, in containers. The secrets are made before anything is, and
    /// go when nothing is left.
    pub(super) fn is_used(&self, named: &[ResourceId]) -> bool {
        let kinds = [ResourceKind::Container, ResourceKind::Schema];
        self.state.secrets().exists() || named.iter().any(|id| kinds.contains(&id.kind()))
    }

    /// Where the database of this folder listens, if it was ever made.
    pub(super) fn database_address(&self) -> Option<SocketAddr> {
        database::address(&self.state)
    }
}
