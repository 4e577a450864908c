//! The worker's image in the registry, identified by its digest.

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
use super::reporter::Reporter;
use super::scope::Scope;
use super::site::Site;
use super::stack::{self, Stack};

#[derive(Debug)]
pub(super) struct Image {
    site: Arc<Site>,
    stack: Arc<Stack>,
}

/// The resource id of the image.
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

    /// The desired image; `None` if the profile names one. It needs the stack, which has the
    /// registry, and the stand-in's cluster, which loads it.
    pub(super) fn desire(&self, scope: &Scope, worker: &Worker) -> Option<Resource> {
        let stand_in = self.site.stand_in.iter();
        let stand_in = stand_in.flat_map(|stand_in| stand_in.infrastructure.cluster_needs());
        worker.digest().map(|digest| Resource {
            id: id(),
            digest,
            needs: std::iter::once(stack::id(scope)).chain(stand_in).collect(),
            ready_timeout: SEEN,
        })
    }

    /// The image in the registry, if it exists.
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
            // It is removed with the registry.
            stays: true,
        }))
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
        worker: &Worker,
        reporter: &Reporter,
    ) -> Result<(), backend::Error> {
        let Worker::Made(image) = worker else {
            return Err(Error::Unknown { id: id() }.into());
        };
        let registry = self.registry().await?.cancelled_by(&reporter.cancel);
        let listener = reporter.listener();
        let progress = Mutex::new(Progress::new("push worker".to_owned(), &listener));
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
        let archive = self.site.images().join("pulled.tar");
        let pulled = registry.pull(&reference, &archive).await;
        pulled.map_err(Error::from)?;
        let reference = reference.to_string();
        let loaded = stand_in
            .infrastructure
            .load_image(&reference, &archive, &reporter.cancel);
        loaded.await
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
