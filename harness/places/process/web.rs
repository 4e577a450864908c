//! The web console, which is released as an image and runs in a container.

use backend::state::Directory;
use backend::{Fetch, Provision, Readiness, probe};
use docker::{Engine, Error, Status};
use model::plan::{Observed, State};
use model::topology::Digest;

use super::console::Console;

#[derive(Debug)]
pub(super) struct Web {
    pub(super) engine: Engine,
    pub(super) state: Directory,
    pub(super) http: reqwest::Client,
}

impl Web {
    /// The id of the image of a version.
    pub(super) async fn image(
        &self,
        version: &str,
        provision: Provision<'_>,
    ) -> Result<String, Error> {
        let Provision {
            fetch,
            events,
            cancel,
        } = provision;
        let reference = format!("temporalio/ui:{version}");
        let provided = match fetch {
            Fetch::Missing => {
                let provided = self
                    .engine
                    .provide_image(&reference, events.listener(), cancel);
                Some(provided.await?)
            }
            Fetch::Nothing => self.engine.image(&reference).await?,
        };
        Ok(provided.map_or_else(|| "not pulled yet".to_owned(), |image| image.id))
    }

    /// The observed resource, if it was ever created.
    pub(super) async fn observe(&self) -> Result<Option<Observed>, Error> {
        // With a damaged record, the container is replaced or swept by its name and label.
        let Some(console) = Console::read(&self.state)?.damaged_as_none() else {
            return Ok(None);
        };
        let dead = |reason: String| State::Dead { reason };
        let state = match self.status(&console).await? {
            Some(Status::Running) => State::Live(Digest::of(&console)),
            Some(status) => dead(status.to_string()),
            None => dead("its container is gone".to_owned()),
        };
        Ok(Some(Observed {
            id: Console::id(),
            state,
            needs: console.needs,
            stays: false,
        }))
    }

    /// Recreates the container.
    pub(super) async fn make(&self, console: &Console) -> Result<(), Error> {
        console.write(&self.state)?;
        let spec = console.spec(&self.state);
        self.engine.start_container(&spec).await.map(drop)
    }

    /// Removes the container, if there is one.
    pub(super) async fn remove(&self) -> Result<(), Error> {
        let Some(console) = Console::read(&self.state)?.damaged_as_none() else {
            return Ok(());
        };
        self.engine.remove_container(&console.name).await?;
        Console::forget(&self.state)
    }

    pub(super) async fn ready(&self) -> Result<Readiness, Error> {
        let Some(console) = Console::read(&self.state)?.damaged_as_error()? else {
            return Ok(Readiness::Never("it was never created".to_owned()));
        };
        match self.status(&console).await? {
            Some(Status::Running) => {}
            Some(status) => return Ok(Readiness::Never(status.to_string())),
            None => return Ok(Readiness::Never("its container is gone".to_owned())),
        }
        let answered = probe::http_ok(&self.http, &console.url()).await;
        Ok(answered.map_or_else(Readiness::NotYet, |()| Readiness::Ready))
    }

    /// Kills the container, if it runs.
    pub(super) async fn kill(&self) -> Result<(), Error> {
        match Console::read(&self.state)?.damaged_as_error()? {
            Some(console) => self.engine.kill_container(&console.name).await.map(drop),
            None => Ok(()),
        }
    }

    /// Starts the container again, unless it was taken down since.
    pub(super) async fn start_again(&self) -> Result<(), Error> {
        match Console::read(&self.state)?.damaged_as_error()? {
            Some(console) if self.status(&console).await?.is_some() => {
                self.engine.start_again(&console.name).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The status of the console's container, if it exists.
    pub(super) async fn status(&self, console: &Console) -> Result<Option<Status>, Error> {
        let container = self.engine.container(&console.name).await?;
        Ok(container.map(|container| container.status))
    }
}
