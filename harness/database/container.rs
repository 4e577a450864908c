//! The container as a resource, with its data.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use backend::{Log, Readiness};
use docker::{OWNER, Owned, Status};
use model::plan::{Observed, ResourceId, State};
use model::topology::Digest;
use tokio_util::sync::CancellationToken;

use super::blueprint::{DIGEST, STOP};
use super::look::{self, answers};
use super::mysql::{REPLICA, container_id};
use super::prepared::Prepared;
use super::site::Site;
use super::snapshot::Helper;
use super::{ContainerRecord, Error};

/// The container of MySQL.
#[derive(Debug)]
pub struct Container {
    site: Arc<Site>,
    /// Whether the preflight warnings were reported.
    warned: AtomicBool,
}

impl Container {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self {
            site,
            warned: AtomicBool::new(false),
        }
    }

    /// The answer of MySQL to a sign-in as Temporal, if the container runs and has a record.
    pub(super) async fn answer(&self) -> Result<Option<Result<(), mysql::Error>>, Error> {
        if self.site.record()?.is_none() || self.why_not_running().await?.is_some() {
            return Ok(None);
        }
        match self.site.connect_options() {
            Ok(access) => Ok(Some(answers(&access).await)),
            Err(_) => Ok(None),
        }
    }

    pub(super) async fn observe(
        &self,
        named: &[ResourceId],
        answer: Option<&Result<(), mysql::Error>>,
    ) -> Result<Option<Observed>, Error> {
        let record = self.site.record()?;
        let state = match self.ours().await? {
            // Its next start repairs that.
            Some(_) if let Some(Err(denied @ mysql::Error::Denied { .. })) = answer => {
                dead(&denied.to_string())
            }
            Some(container) => alive(&container, record.is_some()),
            None if !self.parts().await?.is_empty() => {
                dead("its container is gone, but other parts of it remain")
            }
            None if named.contains(&container_id()) => dead("its container does not exist"),
            None => return Ok(None),
        };
        Ok(Some(Observed {
            id: container_id(),
            state,
            needs: record.map(|record| record.needs).unwrap_or_default(),
            stays: false,
        }))
    }

    /// Starts the prepared container and replaces an existing one. Keeps its data, or copies the
    /// snapshot if there is none.
    pub(super) async fn make(&self, prepared: &Prepared) -> Result<(), Error> {
        self.end().await?;
        let Site { engine, names, .. } = &*self.site;
        let helper = Helper::new(&self.site, &prepared.blueprint.image);
        let user = helper.seed(&prepared.snapshot).await?;
        self.site.write_record(&record(prepared))?;
        let spec = prepared.blueprint.spec(names, self.site.owner(), user);
        engine.start_container(&spec).await?;
        Ok(())
    }

    /// Removes the container, its data, and its helper containers.
    pub(super) async fn remove(&self) -> Result<(), Error> {
        self.keep_log().await;
        let failed = Error::file("remove the record from", self.site.state.run());
        ContainerRecord::remove(&self.site.state).map_err(failed)?;
        for owned in self.parts().await? {
            self.site.engine.remove(&owned).await?;
        }
        Ok(())
    }

    pub(super) async fn ready(&self, prepared: Option<&Prepared>) -> Readiness {
        let looked = self.look(prepared).await;
        if matches!(looked, Readiness::Never(_)) {
            // Keeps the log, so that an error can show its end.
            self.keep_log().await;
        }
        looked
    }

    /// Whether it was made and not removed since.
    pub async fn is_made(&self) -> Result<bool, backend::Error> {
        Ok(self.site.record()?.is_some() || self.ours().await?.is_some())
    }

    /// Whether it holds its address, running or paused.
    pub async fn has_address(&self) -> Result<bool, backend::Error> {
        let container = self.ours().await?;
        let status = container.map(|container| container.status);
        Ok(matches!(status, Some(Status::Running | Status::Paused)))
    }

    /// Whether the database was made but its data volume no longer exists. Returns false if Docker
    /// does not answer.
    pub async fn lacks_data(&self) -> bool {
        self.site.lacks_data().await
    }

    /// Kills it and keeps its data.
    pub async fn kill(&self) -> Result<(), backend::Error> {
        let Site { engine, names, .. } = &*self.site;
        let killed = engine.kill_container(names.container()).await;
        killed.map_err(Error::from)?;
        Ok(())
    }

    /// Starts it again. MySQL answers after it has recovered. Does nothing if it was removed
    /// meanwhile.
    pub async fn start_again(&self) -> Result<(), backend::Error> {
        if self.ours().await?.is_some() {
            let Site { engine, names, .. } = &*self.site;
            let started = engine.start_again(names.container()).await;
            started.map_err(Error::from)?;
        }
        Ok(())
    }

    /// The log file, if the container was ever made.
    pub fn log(&self) -> Option<Log> {
        let path = self.site.log_file();
        path.exists().then(|| Log {
            replica: REPLICA.to_owned(),
            services: vec![REPLICA.to_owned()],
            path,
        })
    }

    /// Updates the log file. With `follow`, continues until that is cancelled.
    pub async fn collect_log(
        &self,
        follow: Option<&CancellationToken>,
    ) -> Result<(), backend::Error> {
        let Site { engine, names, .. } = &*self.site;
        let (name, file) = (names.container(), self.site.log_file());
        let written = match follow {
            Some(stop) => engine.follow_log(name, &file, stop).await,
            None if self.ours().await?.is_some() => engine.write_log(name, &file).await,
            None => Ok(()),
        };
        Ok(written.map_err(Error::from)?)
    }

    /// CPU time since its start.
    pub async fn usage(&self) -> Option<Duration> {
        let Site { engine, names, .. } = &*self.site;
        engine.cpu_time(names.container()).await.ok()
    }

    /// The container, if it belongs to this state folder.
    async fn ours(&self) -> Result<Option<docker::Container>, Error> {
        let Site { engine, names, .. } = &*self.site;
        let found = engine.container(names.container()).await?;
        let is_ours = |found: &docker::Container| {
            let owner = found.labels.get(OWNER);
            owner.is_some_and(|owner| owner == self.site.owner())
        };
        Ok(found.filter(is_ours))
    }

    /// The reason why it is not running; `None` if it runs.
    async fn why_not_running(&self) -> Result<Option<String>, Error> {
        Ok(match self.ours().await? {
            Some(container) if container.status == Status::Running => None,
            Some(container) => Some(container.status.to_string()),
            None => Some("its container is gone".to_owned()),
        })
    }

    async fn look(&self, prepared: Option<&Prepared>) -> Readiness {
        match self.why_not_running().await {
            Ok(None) => {}
            Ok(Some(reason)) => return Readiness::Never(reason),
            Err(error) => return Readiness::NotYet(error.in_one_line()),
        }
        match self.site.connect_options() {
            Ok(access) => look::suits(&access, prepared, &self.warned).await,
            Err(error) => Readiness::Never(error.in_one_line()),
        }
    }

    /// Stops it gracefully and keeps its log. The graceful stop lets another version of MySQL find
    /// all data flushed.
    async fn end(&self) -> Result<(), Error> {
        let Some(container) = self.ours().await? else {
            return Ok(());
        };
        let engine = &self.site.engine;
        if container.status == Status::Running {
            engine.stop_container(&container.name, STOP).await?;
        }
        self.keep_log().await;
        Ok(engine.remove_container(&container.name).await?)
    }

    /// Everything in Docker that belongs to the database, containers before volumes.
    async fn parts(&self) -> Result<Vec<Owned>, Error> {
        let Site { engine, names, .. } = &*self.site;
        let mut parts = engine.owned(self.site.owner()).await?;
        parts.retain(|owned| match owned {
            Owned::Container(name) | Owned::Volume(name) => name.starts_with(names.container()),
            Owned::Network(_) => false,
        });
        Ok(parts)
    }

    /// Keeps the log as evidence. A failure is ignored, because the caller's work matters more.
    async fn keep_log(&self) {
        let _ = self.collect_log(None).await;
    }
}

fn alive(container: &docker::Container, has_record: bool) -> State {
    let digest = container.labels.get(DIGEST);
    let digest =
        digest.and_then(|digest| serde_json::from_value::<Digest>(digest.as_str().into()).ok());
    match (&container.status, digest) {
        (Status::Running, Some(digest)) if has_record => State::Live(digest),
        (Status::Running, _) => dead("it runs without a record"),
        (status, _) => dead(&status.to_string()),
    }
}

fn dead(reason: &str) -> State {
    State::Dead {
        reason: reason.to_owned(),
    }
}

fn record(prepared: &Prepared) -> ContainerRecord {
    let Prepared {
        wanted,
        blueprint,
        server,
        history_shards,
        ..
    } = prepared;
    ContainerRecord {
        digest: blueprint.digest(),
        image: blueprint.image.clone(),
        version: blueprint.database.version.clone(),
        server: server.clone(),
        history_shards: Some(*history_shards),
        address: wanted.address,
        tls: blueprint.database.tls,
        schema: wanted.schema,
        needs: wanted.needs.clone(),
    }
}
