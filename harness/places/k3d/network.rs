//! The Docker network that the nodes share with the database.

use std::sync::Arc;

use backend::Readiness;
use model::plan::{Observed, Resource, State};
use model::quantity::Duration;
use model::topology::Digest;

use super::error::Error;
use super::site::Site;

/// How long the network may take to become ready.
const READY: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub(super) struct Network {
    pub(super) site: Arc<Site>,
}

impl Network {
    pub(super) fn desire(&self) -> Resource {
        Resource {
            id: self.site.names.network_id(),
            digest: self.digest(),
            needs: Vec::new(),
            ready_timeout: READY,
        }
    }

    pub(super) async fn observe(&self) -> Result<Option<Observed>, Error> {
        let names = &self.site.names;
        let engine = self.site.engine().await?;
        let owner = engine.network_owner(names.network()).await?;
        let ours = owner.filter(|owner| *owner == names.owner);
        Ok(ours.map(|_| Observed {
            id: names.network_id(),
            state: State::Live(self.digest()),
            needs: Vec::new(),
            stays: false,
        }))
    }

    pub(super) async fn make(&self) -> Result<(), Error> {
        let names = &self.site.names;
        let engine = self.site.engine().await?;
        Ok(engine.create_network(names.network(), &names.owner).await?)
    }

    pub(super) async fn remove(&self) -> Result<(), Error> {
        let engine = self.site.engine().await?;
        Ok(engine.remove_network(self.site.names.network()).await?)
    }

    pub(super) async fn ready(&self) -> Readiness {
        match self.observe().await {
            Ok(Some(_)) => Readiness::Ready,
            Ok(None) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.site.names.network())
    }
}
