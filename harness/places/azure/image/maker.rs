//! Builds the worker's image on this machine, once per command.

use std::sync::Arc;

use artifact::WorkerImage;
use azure::registry::Image;
use backend::{Fetch, Provision};
use camino::Utf8PathBuf;
use docker::Engine;
use model::topology::{Run, Topology, WorkerBuild};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::super::connection::Link;
use super::super::error::Error;
use super::super::site::Site;
use super::worker::Worker;

#[derive(Debug)]
pub struct Maker {
    site: Arc<Site>,
    link: Arc<Link>,
    /// The image, once it is built. The gate checks this image, and the same one is promoted.
    made: OnceCell<WorkerImage>,
}

impl Maker {
    pub(in super::super) fn new(site: &Arc<Site>, link: &Arc<Link>) -> Self {
        Self {
            site: Arc::clone(site),
            link: Arc::clone(link),
            made: OnceCell::new(),
        }
    }

    /// Checks whether the image can be built, as far as this is known before Azure is asked and
    /// anything is compiled.
    pub fn foresee(&self, topology: &Topology) -> Result<(), backend::Error> {
        let (run, environment) = (topology.worker().run, &self.site.settings.environment);
        Ok(artifact::foresee_worker_image(run, environment).map_err(Error::from)?)
    }

    /// The build of the worker that would be promoted, as far as it is known without compiling.
    pub async fn built_last(
        &self,
        topology: &Topology,
        cancel: &CancellationToken,
    ) -> Option<WorkerBuild> {
        let environment = &self.site.settings.environment;
        let built = artifact::worker_built_last(topology.worker().run, environment, cancel).await?;
        Some(self.identified(built).await)
    }

    /// Builds the image, or takes the one that the profile names. Returns the build of the worker
    /// in it.
    pub async fn build(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<WorkerBuild, backend::Error> {
        let made = self.made(topology, provision).await?;
        Ok(self.identified(made.build.clone()).await)
    }

    /// Adds the id of the image, if Docker has it under this name. This detects a tag that was
    /// moved in the meantime.
    async fn identified(&self, build: WorkerBuild) -> WorkerBuild {
        let (None, Some(reference)) = (&build.image, &build.reference) else {
            return build;
        };
        let Ok(engine) = Engine::connect(&self.site.settings.environment).await else {
            return build;
        };
        let found = engine.image(reference).await.ok().flatten();
        WorkerBuild {
            image: found.map(|image| image.id),
            ..build
        }
    }

    /// The image, built once per command. Later changes of the source count for the next command.
    async fn made(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<&WorkerImage, backend::Error> {
        let Provision { events, cancel, .. } = provision;
        let (run, environment) = (topology.worker().run, &self.site.settings.environment);
        let folder = self.site.images();
        let make = || artifact::worker_image(run, environment, &folder, events.listener(), cancel);
        let image = self.made.get_or_try_init(make).await;
        Ok(image.map_err(Error::from)?)
    }

    /// Builds the image, or takes the one that the profile names.
    pub(in super::super) async fn provide(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Worker, backend::Error> {
        if let Run::Image(reference) = topology.worker().run {
            return Ok(Worker::Named(reference.clone()));
        }
        if provision.fetch == Fetch::Nothing {
            return Ok(match Worker::made_in(&self.site.images()) {
                Some(made) => made,
                None => self.deployed(topology).await,
            });
        }
        let made = self.made(topology, provision).await?;
        let archive = match &made.archive {
            Some(archive) => archive.clone(),
            None => self.save(&made.reference).await?,
        };
        let image = Image::read(&archive).map_err(Error::from)?;
        Ok(Worker::Made(Arc::new(image)))
    }

    /// The image that the cluster runs, if none was built in this folder.
    async fn deployed(&self, topology: &Topology) -> Worker {
        let Ok(Some(connection)) = self.link.connection().await else {
            return Worker::Unmade;
        };
        let worker = topology.worker().service;
        let image = connection.cluster.image_of(&worker.name).await;
        image.ok().flatten().map_or(Worker::Unmade, Worker::Named)
    }

    /// Saves an image that Docker built as an archive.
    async fn save(&self, reference: &str) -> Result<Utf8PathBuf, backend::Error> {
        let archive = self.site.images().join("worker-built.tar");
        let engine = Engine::connect(&self.site.settings.environment).await;
        let engine = engine.map_err(Error::from)?;
        let saved = engine.save_image(reference, &archive).await;
        saved.map_err(Error::from)?;
        Ok(archive)
    }
}
