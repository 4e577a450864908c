//! What all parts of the place share.

use std::sync::Arc;

use backend::state::{Directory, Lock};
use database::Mysql;
use docker::Engine;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::error::Error;
use super::names::Names;
use super::settings::Settings;
use super::tool::K3d;

#[derive(Debug)]
pub(super) struct Site {
    pub(super) settings: Settings,
    pub(super) state: Directory,
    pub(super) names: Names,
    pub(super) api: Connection,
    lock: Option<Arc<Lock>>,
    /// Docker, connected when it is first needed.
    docker: OnceCell<Docker>,
    /// The version of k3d, asked when it is first needed.
    version: OnceCell<String>,
}

/// A Docker engine that answers, and the database in it.
#[derive(Debug)]
struct Docker {
    engine: Engine,
    mysql: Mysql,
}

impl Site {
    /// The site of a state folder. Without `lock` it can be looked at but not changed.
    pub(super) fn new(settings: Settings, state: Directory, lock: Option<Arc<Lock>>) -> Self {
        Self {
            names: Names::of(&state),
            api: Connection::new(state.clone()),
            settings,
            state,
            lock,
            docker: OnceCell::new(),
            version: OnceCell::new(),
        }
    }

    /// Refuses to change anything without the lock.
    pub(super) fn check_lock(&self) -> Result<(), Error> {
        self.lock.as_ref().map(drop).ok_or(Error::NotOwner)
    }

    pub(super) fn k3d(&self) -> K3d<'_> {
        K3d {
            environment: &self.settings.environment,
            state: &self.state,
        }
    }

    pub(super) async fn k3d_version(&self, cancel: &CancellationToken) -> Result<&str, Error> {
        let asked = || async { self.k3d().version(cancel).await.map_err(Error::Use) };
        Ok(self.version.get_or_try_init(asked).await?)
    }

    pub(super) async fn engine(&self) -> Result<&Engine, Error> {
        Ok(&self.docker().await?.engine)
    }

    pub(super) async fn mysql(&self) -> Result<&Mysql, Error> {
        Ok(&self.docker().await?.mysql)
    }

    async fn docker(&self) -> Result<&Docker, Error> {
        let connect = || async {
            let environment = &self.settings.environment;
            let engine = Engine::connect(environment).await?;
            let (state, lock) = (self.state.clone(), self.lock.as_deref());
            let mysql = Mysql::new(engine.clone(), state, environment.clone(), lock);
            Ok(Docker { engine, mysql })
        };
        self.docker.get_or_try_init(connect).await
    }
}
