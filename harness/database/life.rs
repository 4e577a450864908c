//! Starting, replacing, killing and removing the container.

use docker::{Owned, Status};

use super::container::STOP;
use super::mysql::Mysql;
use super::prepared::Prepared;
use super::{Error, Record};

impl Mysql {
    /// Starts the container as it was prepared, in place of the one that there may be. Its data
    /// stays, or begins as a copy of the snapshot.
    pub(super) async fn start(&self, prepared: &Prepared) -> Result<(), Error> {
        self.end().await?;
        let image = &prepared.blueprint.image;
        let user = self.helper(image).seed(&prepared.snapshot).await?;
        let written = record(prepared).write(self.state());
        written.map_err(Error::file("write the records in", self.state().run()))?;
        let spec = prepared.blueprint.spec(self.names(), self.owner(), user);
        self.engine().start_container(&spec).await?;
        Ok(())
    }

    /// Ends the container and keeps its log: it was asked first, so that another version of MySQL
    /// finds its data written back.
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

    /// Removes the container, its data, and all that helped to make them.
    pub(super) async fn remove_all(&self) -> Result<(), Error> {
        self.keep_log().await;
        let failed = Error::file("remove the records in", self.state().run());
        Record::forget(self.state()).map_err(failed)?;
        for owned in self.parts().await? {
            self.engine().remove(&owned).await?;
        }
        Ok(())
    }

    /// Everything in Docker that is a part of it, containers before volumes.
    pub(super) async fn parts(&self) -> Result<Vec<Owned>, Error> {
        let base = self.names().container();
        let mut parts = self.engine().owned(self.owner()).await?;
        parts.retain(|owned| match owned {
            Owned::Container(name) | Owned::Volume(name) => name.starts_with(base),
            Owned::Network(_) => false,
        });
        Ok(parts)
    }

    /// Its log is evidence; that it cannot be had is no reason to leave anything undone.
    pub(super) async fn keep_log(&self) {
        let _ = self.collect_log(None).await;
    }

    /// Kills it, leaving its data.
    pub async fn kill(&self) -> Result<(), backend::Error> {
        let killed = self.engine().kill_container(self.names().container()).await;
        killed.map_err(Error::from)?;
        Ok(())
    }

    /// Starts it again; it answers once it has recovered. Nothing happens where it was removed since.
    pub async fn start_again(&self) -> Result<(), backend::Error> {
        if self.ours().await?.is_some() {
            let started = self.engine().start_again(self.names().container()).await;
            started.map_err(Error::from)?;
        }
        Ok(())
    }
}

fn record(prepared: &Prepared) -> Record {
    let Prepared {
        wanted,
        blueprint,
        server,
        history_shards,
        ..
    } = prepared;
    Record {
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
