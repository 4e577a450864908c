//! The containers of engine `server` as resources: the database with its schemas, and the web
//! console.

use std::sync::Arc;

use backend::Readiness;
use base::causes::in_one_line;
use model::plan::{Observed, ResourceId, ResourceKind, State};

use super::console::{Console, WEB};
use super::docker_site::MYSQL;
use super::error::Error;
use super::parts::Parts;
use super::site::Site;
use crate::remove_owned;

#[derive(Debug)]
pub(super) struct Containers {
    site: Arc<Site>,
}

impl Containers {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self { site }
    }

    pub(super) async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, Error> {
        let docker = match self.site.docker.connected_if_used(named).await {
            Ok(Some(docker)) => docker,
            Ok(None) => return Ok(Vec::new()),
            // The processes can still be observed and stopped.
            Err(error) => return Ok(vec![unknown(&error)]),
        };
        let mut observed = docker.mysql.observe(named).await?;
        observed.extend(docker.web.observe().await?);
        Ok(observed)
    }

    /// Whether the database was created and its data is gone. `false` if Docker does not answer.
    pub(super) async fn lack_data(&self) -> bool {
        if self.site.docker.database_address().is_none() {
            return false;
        }
        match self.site.docker.connected().await {
            Ok(docker) => docker.mysql.container().lacks_data().await,
            Err(_) => false,
        }
    }

    /// Recreates a container. The data of the database is kept.
    pub(super) async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), Error> {
        let docker = self.site.docker.connected().await?;
        if *id == Console::id() {
            Ok(docker.web.make(parts.console(id)?).await?)
        } else {
            Ok(docker.mysql.make(id, parts.database(id)?).await?)
        }
    }

    /// Removes a container; the database is removed with its data.
    pub(super) async fn remove(&self, id: &ResourceId) -> Result<(), Error> {
        let docker = self.site.docker.connected().await?;
        if *id == Console::id() {
            Ok(docker.web.remove().await?)
        } else {
            Ok(docker.mysql.remove(id).await?)
        }
    }

    pub(super) async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        let looked = self.look(id, parts).await;
        looked.unwrap_or_else(|error| Readiness::unseen(&error))
    }

    async fn look(&self, id: &ResourceId, parts: Option<&Parts>) -> Result<Readiness, Error> {
        let docker = self.site.docker.connected().await?;
        if *id == Console::id() {
            return Ok(docker.web.ready().await?);
        }
        let prepared = parts.and_then(|parts| parts.database.as_ref());
        Ok(docker.mysql.ready(id, prepared).await)
    }

    /// Whether a container does its job; `None` if it was taken down.
    pub(super) async fn ready_again(&self, replica: &str) -> Result<Option<Readiness>, Error> {
        if !self.is_made(replica)? {
            return Ok(None);
        }
        let id = ResourceId::new(ResourceKind::Container, replica);
        self.look(&id, None).await.map(Some)
    }

    /// Whether a container was created and not taken down since.
    fn is_made(&self, replica: &str) -> Result<bool, Error> {
        Ok(match replica {
            MYSQL => database::has_record(&self.site.state),
            WEB => Console::read(&self.site.state)?
                .damaged_as_error()?
                .is_some(),
            _ => false,
        })
    }

    /// Kills a container, if it runs.
    pub(super) async fn kill(&self, replica: &str) -> Result<(), Error> {
        if !self.is_made(replica)? {
            return Ok(());
        }
        let docker = self.site.docker.connected().await?;
        match replica {
            MYSQL => Ok(docker.mysql.container().kill().await?),
            _ => Ok(docker.web.kill().await?),
        }
    }

    /// Starts a container again, unless it was taken down since.
    pub(super) async fn start_again(&self, replica: &str) -> Result<(), Error> {
        if !self.is_made(replica)? {
            return Ok(());
        }
        let docker = self.site.docker.connected().await?;
        match replica {
            MYSQL => Ok(docker.mysql.container().start_again().await?),
            _ => Ok(docker.web.start_again().await?),
        }
    }

    /// Removes everything with the label of the folder. Returns what could not be removed.
    pub(super) async fn sweep(&self) -> Result<Vec<String>, Error> {
        let Some(docker) = self.site.docker.connected_if_used(&[]).await? else {
            return Ok(Vec::new());
        };
        let (_, left) = remove_owned(&docker.engine, &self.site.state, &[]).await?;
        if left.is_empty() {
            database::forget_secrets(&self.site.state)?;
        }
        Ok(left)
    }
}

/// The observed containers if Docker does not answer.
fn unknown(error: &Error) -> Observed {
    Observed {
        id: database::container_id(),
        state: State::Dead {
            reason: in_one_line(error),
        },
        needs: Vec::new(),
        stays: false,
    }
}
