//! The resources as they should be, and as they are.

use backend::Readiness;
use backend::namespaces::Namespaces;
use kubernetes::Group;
use model::plan::{Action, Observed, Resource, ResourceId, State};
use model::quantity::Duration;
use model::topology::{Digest, Topology};

use super::backend::{Extent, K3dBackend};
use super::error::Error;
use super::found::Found;
use super::image::Image;
use super::names::images_id;
use super::record::Record;

/// How long each may take to become ready.
const NETWORK_READY: Duration = Duration::from_secs(60);
const CLUSTER_READY: Duration = Duration::from_secs(300);
const IMAGES_READY: Duration = Duration::from_secs(180);

impl K3dBackend {
    /// Everything that makes up the topology; nothing before it is known.
    pub(super) fn desired(&self) -> Vec<Resource> {
        let (Ok(wanted), Some(docker)) = (self.wanted(&images_id()), self.docker.get()) else {
            return Vec::new();
        };
        let names = self.names();
        let mut resources = vec![
            Resource {
                id: names.network_id(),
                digest: self.network_digest(),
                needs: Vec::new(),
                ready_timeout: NETWORK_READY,
            },
            Resource {
                id: names.cluster_id(),
                digest: wanted.digest.clone(),
                needs: vec![names.network_id()],
                ready_timeout: CLUSTER_READY,
            },
            Resource {
                id: images_id(),
                digest: Image::digest(&wanted.images),
                needs: vec![names.cluster_id()],
                ready_timeout: IMAGES_READY,
            },
        ];
        resources.extend(docker.mysql.desire());
        resources.extend(wanted.groups.values().map(Group::resource));
        resources.extend(self.namespaces.desire());
        resources
    }

    /// The names of all that makes up a topology.
    pub(super) fn expected(&self, topology: &Topology) -> Vec<ResourceId> {
        let names = self.names();
        let mut expected = vec![
            names.network_id(),
            names.cluster_id(),
            images_id(),
            database::container_id(),
        ];
        if self.settings().extent == Extent::Topology {
            expected.extend(kubernetes::expected(topology));
            expected.extend(Namespaces::expected(topology));
        }
        expected
    }

    fn network_digest(&self) -> Digest {
        Digest::of(&self.names().network())
    }

    /// Everything that there is. What is in a cluster goes with it: of one that is dead, or is
    /// about to be replaced, nothing is listed.
    pub(super) async fn observed(
        &self,
        named: &[ResourceId],
    ) -> Result<Vec<Observed>, backend::Error> {
        let mysql = &self.docker().await?.mysql;
        let mut observed = mysql.observe(named).await?;
        observed.extend(self.observed_network().await?);
        match self.find_cluster().await? {
            Found::Absent => {}
            // Schema, shards and namespaces were in it, and the server remembers them as if they
            // still were.
            Found::Live(_) if mysql.lacks_data().await => {
                let reason = "the data of its database is gone".to_owned();
                observed.push(self.observed_cluster(State::Dead { reason }));
            }
            Found::Dead(reason) => observed.push(self.observed_cluster(State::Dead { reason })),
            Found::Live(record) if self.replaces(&record) => {
                observed.push(self.observed_cluster(State::Live(record.digest)));
            }
            Found::Live(record) => {
                let groups = match self.settings().extent {
                    Extent::Topology => self.observed_groups(&record).await,
                    Extent::Ground => Vec::new(),
                };
                if let Some(reason) = self.lost_port(&groups).await {
                    observed.push(self.observed_cluster(State::Dead { reason }));
                    return Ok(observed);
                }
                let state = State::Live(record.digest.clone());
                observed.push(self.observed_cluster(state));
                observed.extend(self.observed_images(&record).await?);
                observed.extend(groups);
                if self.settings().extent == Extent::Topology {
                    let frontend = self.frontend_address()?;
                    observed.extend(self.namespaces.observe(frontend).await);
                }
            }
        }
        Ok(observed)
    }

    /// Whether a cluster is not the one that is wanted.
    pub(super) fn replaces(&self, record: &Record) -> bool {
        let wanted = self.wanted(&self.names().cluster_id());
        wanted.is_ok_and(|wanted| wanted.digest != record.digest)
    }

    fn observed_cluster(&self, state: State) -> Observed {
        Observed {
            id: self.names().cluster_id(),
            state,
            needs: vec![self.names().network_id()],
        }
    }

    async fn observed_network(&self) -> Result<Option<Observed>, Error> {
        let names = self.names();
        let owner = self
            .docker()
            .await?
            .engine
            .network_owner(names.network())
            .await?;
        Ok(owner
            .filter(|owner| *owner == names.owner)
            .map(|_| Observed {
                id: names.network_id(),
                state: State::Live(self.network_digest()),
                needs: Vec::new(),
            }))
    }

    pub(super) async fn network_ready(&self) -> Readiness {
        match self.observed_network().await {
            Ok(Some(_)) => Readiness::Ready,
            Ok(None) => Readiness::Never("it is gone".to_owned()),
            Err(error) => Readiness::unseen(&error),
        }
    }

    /// Makes, replaces or removes a resource.
    pub(super) async fn change(
        &self,
        id: &ResourceId,
        action: Action,
    ) -> Result<(), backend::Error> {
        self.lock()?;
        let docker = self.docker().await?;
        if docker.mysql.owns(id) {
            return docker.mysql.apply(id, action).await;
        }
        match (id.kind(), action) {
            (_, Action::Keep) => {}
            ("network", Action::Delete) => {
                let removed = docker.engine.remove_network(id.name()).await;
                removed.map_err(Error::from)?;
            }
            ("network", _) => {
                let owner = &self.names().owner;
                let made = docker.engine.create_network(id.name(), owner).await;
                made.map_err(Error::from)?;
            }
            ("cluster", Action::Delete) => self.remove_cluster().await?,
            ("cluster", _) => self.make_cluster(id).await?,
            ("images", Action::Delete) => self.change_record(|record| record.images = None)?,
            ("images", _) => self.import_images().await?,
            ("namespace", _) => {
                let frontend = self.frontend_address()?;
                let made = self.namespaces.apply(id, frontend).await;
                made.map_err(Error::from)?;
            }
            _ => self.apply_group(id, action).await?,
        }
        Ok(())
    }
}
