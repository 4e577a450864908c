//! The worker's image: made here, pushed to the registry, and named by its digest.

use artifact::WorkerImage;
use azure::registry::{Image, Reference, Registry};
use backend::{Fetch, Provision, Readiness};
use base::news::Progress;
use camino::{Utf8Path, Utf8PathBuf};
use docker::Engine;
use model::plan::{Observed, ResourceId, State};
use model::topology::{Component, Digest, Run, Topology, WorkerBuild};
use tokio_util::sync::CancellationToken;

use super::backend::AzureBackend;
use super::error::Error;
use super::scope::Scope;
use super::stack;

/// What the worker is called in the registry.
const REPOSITORY: &str = "worker";

/// What a plan that is not carried out says of an image that was never made.
const NOT_MADE: &str = "not-made-yet";

/// The image of the worker.
#[derive(Debug)]
pub(super) enum Worker {
    /// One that is made here, and pushed.
    Made(Box<Image>),
    /// One that the profile names, in whatever registry it is.
    Named(String),
    /// One that would be made.
    Unmade,
}

impl Worker {
    /// How objects name it.
    pub(super) fn reference(&self, registry: &str) -> String {
        match self {
            Self::Made(image) => format!("{registry}/{REPOSITORY}@{}", image.digest()),
            Self::Named(reference) => reference.clone(),
            Self::Unmade => format!("{registry}/{REPOSITORY}:{NOT_MADE}"),
        }
    }

    /// Its identity as a resource; none if it is none.
    pub(super) fn digest(&self) -> Option<Digest> {
        match self {
            Self::Made(image) => Some(Digest::of(&image.digest().to_string())),
            Self::Named(_) => None,
            Self::Unmade => Some(Digest::of(&NOT_MADE)),
        }
    }
}

/// The image that was made last, for a plan that is not carried out.
fn earlier(folder: &Utf8Path) -> Worker {
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    let mut made = entries.filter(|entry| entry.file_name().starts_with("worker-"));
    let image = made.find_map(|entry| Image::read(entry.path()).ok());
    image.map_or(Worker::Unmade, |image| Worker::Made(Box::new(image)))
}

/// The image, as a resource.
pub(super) fn id() -> ResourceId {
    ResourceId::new("image", REPOSITORY)
}

impl AzureBackend {
    /// Whether the worker's image can be made, as far as one can see at once: before Azure is asked
    /// and anything is compiled.
    pub fn foresee(&self, topology: &Topology) -> Result<(), backend::Error> {
        let (run, environment) = (topology.worker_run(), &self.settings.environment);
        Ok(artifact::foresee_worker_image(run, environment).map_err(Error::from)?)
    }

    /// The build of the worker that would be promoted, as far as one can see without compiling.
    pub async fn worker_built_last(
        &self,
        topology: &Topology,
        cancel: &CancellationToken,
    ) -> Option<WorkerBuild> {
        let environment = &self.settings.environment;
        let built = artifact::worker_built_last(topology.worker_run(), environment, cancel).await?;
        Some(self.identified(built).await)
    }

    /// Makes the image, or says which it is, and says which build of the worker is in it.
    pub async fn worker_to_promote(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<WorkerBuild, backend::Error> {
        let made = self.made(topology, provision).await?;
        Ok(self.identified(made.build.clone()).await)
    }

    /// A build with the id of its image, where Docker has that under this name: a tag that was moved
    /// since is then seen to be another build.
    async fn identified(&self, build: WorkerBuild) -> WorkerBuild {
        let (None, Some(reference)) = (&build.image, &build.reference) else {
            return build;
        };
        let Ok(engine) = Engine::connect(&self.settings.environment).await else {
            return build;
        };
        let found = engine.image(reference).await.ok().flatten();
        WorkerBuild {
            image: found.map(|image| image.id),
            ..build
        }
    }

    /// The image, made once in a command: a source that is changed meanwhile is for the next.
    async fn made(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<&WorkerImage, backend::Error> {
        let Provision { events, cancel, .. } = provision;
        let (run, environment) = (topology.worker_run(), &self.settings.environment);
        let folder = self.images();
        let make = || artifact::worker_image(run, environment, &folder, events.listener(), cancel);
        let image = self.made.get_or_try_init(make).await;
        Ok(image.map_err(Error::from)?)
    }

    /// Where images are kept that are made here.
    fn images(&self) -> Utf8PathBuf {
        self.state.path().join("images")
    }

    /// Makes the image, or says which it is.
    pub(super) async fn worker(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Worker, backend::Error> {
        let run = topology.worker_run();
        if let Run::Image(reference) = run {
            return Ok(Worker::Named(reference.clone()));
        }
        let folder = self.images();
        if provision.fetch == Fetch::Nothing {
            return Ok(match earlier(&folder) {
                Worker::Unmade => self.deployed_worker(topology).await,
                made => made,
            });
        }
        let made = self.made(topology, provision).await?;
        let archive = match &made.archive {
            Some(archive) => archive.clone(),
            None => {
                self.saved(&made.reference, folder.join("worker-built.tar"))
                    .await?
            }
        };
        let image = Image::read(&archive).map_err(Error::from)?;
        Ok(Worker::Made(Box::new(image)))
    }

    /// The image that the cluster has, where none was made in this folder.
    async fn deployed_worker(&self, topology: &Topology) -> Worker {
        let mut services = topology.services.iter();
        let worker = services.find(|it| matches!(it.component, Component::Worker { .. }));
        let (Some(worker), Ok(Some(connection))) = (worker, self.connection().await) else {
            return Worker::Unmade;
        };
        let image = connection.cluster.image_of(&worker.name).await;
        image.ok().flatten().map_or(Worker::Unmade, Worker::Named)
    }

    /// What Docker has built, as an archive.
    async fn saved(
        &self,
        reference: &str,
        archive: Utf8PathBuf,
    ) -> Result<Utf8PathBuf, backend::Error> {
        let engine = Engine::connect(&self.settings.environment).await;
        let engine = engine.map_err(Error::from)?;
        let saved = engine.save_image(reference, &archive).await;
        saved.map_err(Error::from)?;
        Ok(archive)
    }

    async fn registry(&self) -> Result<Registry, backend::Error> {
        let cloud = self.cloud().await?;
        let name = self.registry_name().await?;
        let tenant = &cloud.subscription.tenant_id;
        let registry = Registry::new(cloud.arm.clone(), &name, tenant);
        Ok(registry.cancelled_by(&self.cancel))
    }

    /// The image in the registry, if it is there.
    pub(super) async fn observed_image(
        &self,
        scope: &Scope,
    ) -> Result<Option<Observed>, backend::Error> {
        let there = match self.wanted.as_ref().map(|wanted| &wanted.worker) {
            Some(Worker::Made(image)) if self.has(image).await? => image,
            _ => return Ok(None),
        };
        Ok(Some(Observed {
            id: id(),
            state: State::Live(Digest::of(&there.digest().to_string())),
            needs: vec![stack::id(scope)],
        }))
    }

    /// Whether the registry has an image, and where pods of this machine run it, the nodes as well.
    async fn has(&self, image: &Image) -> Result<bool, backend::Error> {
        let registry = self.registry().await?;
        let there = registry.has(REPOSITORY, image.digest()).await;
        if !there.map_err(Error::from)? {
            return Ok(false);
        }
        match &self.ground {
            Some(ground) => {
                let name = self.registry_name().await?;
                let reference = format!("{name}/{REPOSITORY}@{}", image.digest());
                ground.has_image(&reference).await
            }
            None => Ok(true),
        }
    }

    /// Pushes the image. Nodes of this machine, which do not reach the built-in registry, are given
    /// what it has.
    pub(super) async fn push(&self) -> Result<(), backend::Error> {
        let Worker::Made(image) = &self.wanted(&id())?.worker else {
            return Err(Error::Unknown { id: id() }.into());
        };
        let registry = self.registry().await?;
        let events = self.events.as_ref().ok_or(Error::NotOwner)?;
        let progress =
            std::sync::Mutex::new(Progress::new("push worker".to_owned(), events.listener()));
        let told = |done, total| {
            let mut progress = progress
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            progress.at(done, Some(total));
        };
        let pushed = registry.push(REPOSITORY, None, image, &told).await;
        let reference = pushed.map_err(Error::from)?;
        let progress = progress.into_inner();
        progress
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .finish();
        match &self.ground {
            Some(ground) => {
                let archive = self.pulled(&registry, &reference).await?;
                ground.take_in(&reference.to_string(), &archive).await
            }
            None => Ok(()),
        }
    }

    async fn pulled(
        &self,
        registry: &Registry,
        reference: &Reference,
    ) -> Result<Utf8PathBuf, backend::Error> {
        let archive = self.images().join("pulled.tar");
        let pulled = registry.pull(reference, &archive).await;
        pulled.map_err(Error::from)?;
        Ok(archive)
    }

    pub(super) async fn image_ready(&self) -> Readiness {
        let Ok(wanted) = self.wanted(&id()) else {
            return Readiness::Ready;
        };
        let Worker::Made(image) = &wanted.worker else {
            return Readiness::Ready;
        };
        match self.has(image).await {
            Ok(true) => Readiness::Ready,
            Ok(false) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}
