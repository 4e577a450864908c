//! The workers' images in the registry, identified by their digests.

mod maker;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};

use azure::registry::{self, Registry};
use backend::Readiness;
use base::news::Progress;
use model::plan::{Observed, Resource, ResourceId, ResourceKind, State};
use model::topology::ServiceName;

pub use maker::Maker;
pub(super) use worker::{Worker, Workers};

use self::worker::REPOSITORY;
use super::error::Error;
use super::group::SEEN;
use super::reporter::Reporter;
use super::scope::Scope;
use super::site::Site;
use super::stack::{self, Stack};

#[derive(Debug)]
pub(super) struct Image {
    site: Arc<Site>,
    stack: Arc<Stack>,
}

/// The resource id of a worker's image.
pub(super) fn id(service: &ServiceName) -> ResourceId {
    ResourceId::new(ResourceKind::Image, service)
}

impl Image {
    pub(super) fn new(site: &Arc<Site>, stack: &Arc<Stack>) -> Self {
        Self {
            site: Arc::clone(site),
            stack: Arc::clone(stack),
        }
    }

    /// The desired images, except those that the profile names. They need the stack, which has the
    /// registry, and the stand-in's cluster, which loads them.
    pub(super) fn desire(&self, scope: &Scope, workers: &Workers) -> Vec<Resource> {
        let stand_in = self.site.stand_in.iter();
        let stand_in = stand_in.flat_map(|stand_in| stand_in.infrastructure.cluster_needs());
        let needs: Vec<ResourceId> = std::iter::once(stack::id(scope)).chain(stand_in).collect();
        let made = workers.iter().filter_map(|(service, worker)| {
            Some(Resource {
                id: id(service),
                digest: worker.digest()?,
                needs: needs.clone(),
                ready_timeout: SEEN,
            })
        });
        made.collect()
    }

    /// The images that are in the registry.
    pub(super) async fn observe(
        &self,
        scope: &Scope,
        workers: &Workers,
    ) -> Result<Vec<Observed>, backend::Error> {
        let mut observed = Vec::new();
        for (service, worker) in workers {
            let (Worker::Made(image), Some(digest)) = (worker, worker.digest()) else {
                continue;
            };
            if self.has(image).await? {
                observed.push(Observed {
                    id: id(service),
                    state: State::Live(digest),
                    needs: vec![stack::id(scope)],
                    // It is removed with the registry.
                    stays: true,
                });
            }
        }
        Ok(observed)
    }

    async fn registry(&self) -> Result<Registry, backend::Error> {
        let cloud = self.site.cloud().await?;
        let name = self.stack.registry().await?;
        let tenant = &cloud.subscription.tenant_id;
        Ok(Registry::new(cloud.arm.clone(), &name, tenant))
    }

    /// Whether the registry has the image; in a rehearsal, whether the stand-in's nodes have it,
    /// too.
    async fn has(&self, image: &registry::Image) -> Result<bool, backend::Error> {
        let there = self.registry().await?.has(REPOSITORY, image.digest()).await;
        if !there.map_err(Error::from)? {
            return Ok(false);
        }
        match &self.site.stand_in {
            Some(stand_in) => {
                let name = self.stack.registry().await?;
                let reference = format!("{name}/{REPOSITORY}@{}", image.digest());
                stand_in.infrastructure.has_image(&reference).await
            }
            None => Ok(true),
        }
    }

    /// Pushes the image. The stand-in's nodes cannot reach the built-in registry, so the image is
    /// then pulled from it and loaded into them.
    pub(super) async fn push(
        &self,
        id: &ResourceId,
        workers: &Workers,
        reporter: &Reporter,
    ) -> Result<(), backend::Error> {
        let Some(image) = made(id, workers) else {
            return Err(Error::Unknown { id: id.clone() }.into());
        };
        let registry = self.registry().await?.cancelled_by(&reporter.cancel);
        let listener = reporter.listener();
        let progress = Mutex::new(Progress::new(format!("push {}", id.name()), &listener));
        let at = |done, total| {
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.at(done, Some(total));
        };
        let pushed = registry.push(REPOSITORY, None, image, &at).await;
        let reference = pushed.map_err(Error::from)?;
        let progress = progress.into_inner();
        progress.unwrap_or_else(PoisonError::into_inner).finish();
        let Some(stand_in) = &self.site.stand_in else {
            return Ok(());
        };
        let archive = self.site.images().join(format!("pulled-{}.tar", id.name()));
        let pulled = registry.pull(&reference, &archive).await;
        pulled.map_err(Error::from)?;
        let reference = reference.to_string();
        let loaded = stand_in
            .infrastructure
            .load_image(&reference, &archive, &reporter.cancel);
        loaded.await
    }

    pub(super) async fn ready(&self, id: &ResourceId, workers: Option<&Workers>) -> Readiness {
        let Some(image) = workers.and_then(|workers| made(id, workers)) else {
            return Readiness::Ready;
        };
        match self.has(image).await {
            Ok(true) => Readiness::Ready,
            Ok(false) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }
}

/// The image of a resource, if it is made here.
fn made<'a>(id: &ResourceId, workers: &'a Workers) -> Option<&'a registry::Image> {
    let mut workers = workers.iter();
    let (_, worker) = workers.find(|(service, _)| service.as_str() == id.name())?;
    match worker {
        Worker::Made(image) => Some(image),
        Worker::Named(_) | Worker::Unmade => None,
    }
}
