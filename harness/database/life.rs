//! Starts, replaces, kills and removes the container.

use docker::{Owned, Status};

use super::container::STOP;
use super::mysql::Mysql;
use super::prepared::Prepared;
use super::{ContainerRecord, Error};

impl Mysql {
    /// Starts the prepared container and replaces an existing one. Keeps its data, or copies the
    /// snapshot if there is none.
    pub(super) async fn start(&self, prepared: &Prepared) -> Result<(), Error> {
        self.end().await?;
        let image = &prepared.blueprint.image;
        let user = self.helper(image).seed(&prepared.snapshot).await?;
        let written = record(prepared).write(self.state());
        written.map_err(Error::file("write the record to", self.state().run()))?;
        let spec = prepared.blueprint.spec(self.names(), self.owner(), user);
        self.engine().start_container(&spec).await?;
        Ok(())
    }

    /// Stops the container gracefully and keeps its log. The graceful stop lets another version of
    /// MySQL find all data flushed.
    async fn end(&self) -> Result<(), Error> {
        let Some(container) = self.ours().await? else {
            return Ok(());
        };
        if container.status == Status::Running {
            self.engine().stop_container(&container.name, STOP).await?;
        }
        self.keep_log().await;
        Ok(self.engine().remove_container(&container.name).await?)
    }

    /// Removes the container, its data, and its helper containers.
    pub(super) async fn remove_all(&self) -> Result<(), Error> {
        self.keep_log().await;
        let failed = Error::file("remove the record from", self.state().run());
        ContainerRecord::remove(self.state()).map_err(failed)?;
        for owned in self.parts().await? {
            self.engine().remove(&owned).await?;
        }
        Ok(())
    }

    /// Everything in Docker that belongs to the database, containers before volumes.
    pub(super) async fn parts(&self) -> Result<Vec<Owned>, Error> {
        let base = self.names().container();
        let mut parts = self.engine().owned(self.owner()).await?;
        parts.retain(|owned| match owned {
            Owned::Container(name) | Owned::Volume(name) => name.starts_with(base),
            Owned::Network(_) => false,
        });
        Ok(parts)
    }

    /// Keeps the log of the container as evidence. A failure is ignored, because the caller's work
    /// matters more.
    pub(super) async fn keep_log(&self) {
        let _ = self.collect_log(None).await;
    }

    /// Kills the container and keeps its data.
    pub async fn kill(&self) -> Result<(), backend::Error> {
        let killed = self.engine().kill_container(self.names().container()).await;
        killed.map_err(Error::from)?;
        Ok(())
    }

    /// Starts the container again. It answers after it has recovered. Does nothing if it was
    /// removed meanwhile.
    pub async fn start_again(&self) -> Result<(), backend::Error> {
        if self.ours().await?.is_some() {
            let started = self.engine().start_again(self.names().container()).await;
            started.map_err(Error::from)?;
        }
        Ok(())
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
