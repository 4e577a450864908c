//! Starting, replacing, killing and removing the container.

use docker::{Owned, Status};
use tokio::time::{Duration, Instant, sleep};

use super::container::STOP;
use super::look::{FIRST_LOOK, LAST_LOOK, answers};
use super::mysql::Mysql;
use super::prepared::Prepared;
use super::{Error, Record};

/// How long a MySQL that was killed may take to recover its data and answer.
pub const RECOVER: Duration = Duration::from_mins(2);

impl Mysql {
    /// Starts the container as it was prepared, in place of the one that there may be. Its data
    /// stays, or begins as a copy of the snapshot.
    pub(super) async fn start(&self) -> Result<(), Error> {
        let prepared = self.prepared()?;
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
    pub(super) async fn remove(&self) -> Result<(), Error> {
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

    /// Kills it, leaving its data; answers with whether it is proven to be down, and what was seen.
    pub async fn kill(&self) -> Result<(bool, String), backend::Error> {
        let name = self.names().container();
        let killed = self.engine().kill_container(name).await;
        // A fault that hit nothing proves nothing.
        if !killed.map_err(Error::from)? {
            return Ok((false, format!("container {name} did not run")));
        }
        let container = self.ours().await?;
        Ok(match container {
            Some(container) => {
                let down = matches!(container.status, Status::Exited { .. });
                (down, format!("container {name}: {}", container.status))
            }
            None => (true, format!("container {name} is gone")),
        })
    }

    /// Starts it again and waits until it answers.
    pub async fn start_again(&self) -> Result<(), backend::Error> {
        let name = self.names().container();
        let started = self.engine().start_again(name).await;
        started.map_err(Error::from)?;
        Ok(self.wait_for_answer().await?)
    }

    async fn wait_for_answer(&self) -> Result<(), Error> {
        let access = self.reach()?;
        let deadline = Instant::now() + RECOVER;
        let mut pause = FIRST_LOOK;
        while let Err(error) = answers(&access).await {
            if let Some(reason) = self.why_not_running().await? {
                return Err(Error::Ended {
                    name: self.names().container().to_owned(),
                    status: reason,
                });
            }
            if Instant::now() >= deadline {
                return Err(Error::Silent {
                    deadline: RECOVER,
                    reason: Error::from(error).in_one_line(),
                });
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_LOOK);
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
