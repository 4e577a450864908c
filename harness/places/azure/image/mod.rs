//! The worker's image in the registry, named by its digest.

mod maker;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};

use azure::registry::{self, Registry};
use backend::Readiness;
use base::news::Progress;
use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};

pub use maker::Maker;
pub(super) use worker::Worker;

use self::worker::REPOSITORY;
use super::error::Error;
use super::group::SEEN;
use super::scope::Scope;
use super::site::Site;
use super::stack::{self, Stack};
use super::told::Told;

/// The worker's image in the registry of a place.
#[derive(Debug)]
pub(super) struct Image {
    site: Arc<Site>,
    stack: Arc<Stack>,
}

/// The image, as a resource.
pub(super) fn id() -> ResourceId {
    ResourceId::new(ResourceKind::Image, REPOSITORY)
}

impl Image {
    pub(super) fn new(site: &Arc<Site>, stack: &Arc<Stack>) -> Self {
        Self {
            site: Arc::clone(site),
            stack: Arc::clone(stack),
        }
    }

    /// As it should be; nothing where the profile names one. It needs what it is pushed to, and what
    /// takes it in.
    pub(super) fn desire(&self, scope: &Scope, worker: &Worker) -> Option<Resource> {
        let ground = self.site.ground.iter();
        let ground = ground.flat_map(|ground| ground.handle.cluster_needs());
        worker.digest().map(|digest| Resource {
            id: id(),
            digest,
            needs: std::iter::once(stack::id(scope)).chain(ground).collect(),
            ready_timeout: SEEN,
        })
    }

    /// The image in the registry, if it is there.
    pub(super) async fn observe(
        &self,
        scope: &Scope,
        worker: &Worker,
    ) -> Result<Option<Observed>, backend::Error> {
        let (Worker::Made(image), Some(digest)) = (worker, worker.digest()) else {
            return Ok(None);
        };
        let there = self.has(image).await?;
        Ok(there.then(|| Observed {
            id: id(),
            state: State::Live(digest),
            needs: vec![stack::id(scope)],
            // It goes with the registry.
            stays: true,
        }))
    }

    async fn registry(&self) -> Result<Registry, backend::Error> {
        let cloud = self.site.cloud().await?;
        let name = self.stack.registry().await?;
        let tenant = &cloud.subscription.tenant_id;
        Ok(Registry::new(cloud.arm.clone(), &name, tenant))
    }

    /// Whether the registry has an image, and where pods of this machine run it, the nodes as well.
    async fn has(&self, image: &registry::Image) -> Result<bool, backend::Error> {
        let there = self.registry().await?.has(REPOSITORY, image.digest()).await;
        if !there.map_err(Error::from)? {
            return Ok(false);
        }
        match &self.site.ground {
            Some(ground) => {
                let name = self.stack.registry().await?;
                let reference = format!("{name}/{REPOSITORY}@{}", image.digest());
                ground.handle.has_image(&reference).await
            }
            None => Ok(true),
        }
    }

    /// Pushes the image. Nodes of this machine, which do not reach the built-in registry, are given
    /// what it has.
    pub(super) async fn push(&self, worker: &Worker, told: &Told) -> Result<(), backend::Error> {
        let Worker::Made(image) = worker else {
            return Err(Error::Unknown { id: id() }.into());
        };
        let registry = self.registry().await?.cancelled_by(&told.cancel);
        let listener = told.events().ok_or(Error::NotOwner)?.listener();
        let progress = Mutex::new(Progress::new("push worker".to_owned(), listener));
        let at = |done, total| {
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.at(done, Some(total));
        };
        let pushed = registry.push(REPOSITORY, None, image, &at).await;
        let reference = pushed.map_err(Error::from)?;
        let progress = progress.into_inner();
        progress.unwrap_or_else(PoisonError::into_inner).finish();
        let Some(ground) = &self.site.ground else {
            return Ok(());
        };
        let archive = self.site.images().join("pulled.tar");
        let pulled = registry.pull(&reference, &archive).await;
        pulled.map_err(Error::from)?;
        let reference = reference.to_string();
        let taken = ground.handle.take_in(&reference, &archive, &told.cancel);
        taken.await
    }

    pub(super) async fn ready(&self, worker: Option<&Worker>) -> Readiness {
        let Some(Worker::Made(image)) = worker else {
            return Readiness::Ready;
        };
        match self.has(image).await {
            Ok(true) => Readiness::Ready,
            Ok(false) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}
