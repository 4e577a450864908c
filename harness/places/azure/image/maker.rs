//! Builds the workers' images on this machine, once per command.

use std::collections::BTreeMap;
use std::sync::Arc;

use artifact::WorkerImage;
use azure::registry::Image;
use backend::{Fetch, Provision};
use camino::Utf8PathBuf;
use docker::Engine;
use model::topology::{Run, ServiceName, Topology, WorkerBuild, WorkerBuilds};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::super::connection::Link;
use super::super::error::Error;
use super::super::site::Site;
use super::worker::{Worker, Workers};

#[derive(Debug)]
pub struct Maker {
    site: Arc<Site>,
    link: Arc<Link>,
    /// The images, once they are built. The gate checks these images, and the same are promoted.
    made: OnceCell<BTreeMap<ServiceName, WorkerImage>>,
}

impl Maker {
    pub(in super::super) fn new(site: &Arc<Site>, link: &Arc<Link>) -> Self {
        Self {
            site: Arc::clone(site),
            link: Arc::clone(link),
            made: OnceCell::new(),
        }
    }

    /// Checks whether the images can be built, as far as this is known before Azure is asked and
    /// anything is compiled.
    pub fn foresee(&self, topology: &Topology) -> Result<(), backend::Error> {
        let environment = &self.site.settings.environment;
        Ok(artifact::foresee_worker_images(topology, environment).map_err(Error::from)?)
    }

    /// The builds of the workers that would be promoted, as far as they are known without compiling.
    pub async fn built_last(
        &self,
        topology: &Topology,
        cancel: &CancellationToken,
    ) -> WorkerBuilds {
        let environment = &self.site.settings.environment;
        let built = artifact::workers_built_last(topology, environment, cancel).await;
        self.all_identified(built).await
    }

    /// Builds the images, or takes those that the profile names. Returns the builds in them.
    pub async fn build(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<WorkerBuilds, backend::Error> {
        let made = self.made(topology, provision).await?.iter();
        let builds = made.map(|(service, made)| (service.clone(), made.build.clone()));
        Ok(self.all_identified(WorkerBuilds(builds.collect())).await)
    }

    async fn all_identified(&self, builds: WorkerBuilds) -> WorkerBuilds {
        let mut identified = BTreeMap::new();
        for (service, build) in builds.0 {
            identified.insert(service, self.identified(build).await);
        }
        WorkerBuilds(identified)
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

    /// The images, built once per command. Later changes of the source count for the next command.
    async fn made(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<&BTreeMap<ServiceName, WorkerImage>, backend::Error> {
        let Provision { events, cancel, .. } = provision;
        let (environment, folder) = (&self.site.settings.environment, self.site.images());
        let news = events.listener();
        let make = || artifact::worker_images(topology, environment, &folder, news, cancel);
        let images = self.made.get_or_try_init(make).await;
        Ok(images.map_err(Error::from)?)
    }

    /// Builds the images, or takes those that the profile names.
    pub(in super::super) async fn provide(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Workers, backend::Error> {
        let mut workers = Workers::new();
        for worker in topology.workers() {
            let service = &worker.service.name;
            let provided = match (worker.run, provision.fetch) {
                (Run::Image(reference), _) => Worker::Named(reference.clone()),
                (_, Fetch::Nothing) => self.earlier(service).await,
                (_, Fetch::Missing) => {
                    let made = &self.made(topology, provision).await?[service];
                    self.archived(service, made).await?
                }
            };
            workers.insert(service.clone(), provided);
        }
        Ok(workers)
    }

    /// The image that was built in this folder before, or else the one that the cluster runs.
    async fn earlier(&self, service: &ServiceName) -> Worker {
        if let Some(made) = Worker::made_in(&self.folder(service)) {
            return made;
        }
        let Ok(Some(connection)) = self.link.connection().await else {
            return Worker::Unmade;
        };
        let image = connection.cluster.image_of(service).await;
        image.ok().flatten().map_or(Worker::Unmade, Worker::Named)
    }

    /// An image as an archive, to push it.
    async fn archived(
        &self,
        service: &ServiceName,
        made: &WorkerImage,
    ) -> Result<Worker, backend::Error> {
        let archive = match &made.archive {
            Some(archive) => archive.clone(),
            None => self.save(service, &made.reference).await?,
        };
        let image = Image::read(&archive).map_err(Error::from)?;
        Ok(Worker::Made(Arc::new(image)))
    }

    fn folder(&self, service: &ServiceName) -> Utf8PathBuf {
        self.site.images().join(service.as_str())
    }

    /// Saves an image that Docker built as an archive.
    async fn save(
        &self,
        service: &ServiceName,
        reference: &str,
    ) -> Result<Utf8PathBuf, backend::Error> {
        let archive = self.folder(service).join("worker-built.tar");
        let engine = Engine::connect(&self.site.settings.environment).await;
        let engine = engine.map_err(Error::from)?;
        let saved = engine.save_image(reference, &archive).await;
        saved.map_err(Error::from)?;
        Ok(archive)
    }
}
