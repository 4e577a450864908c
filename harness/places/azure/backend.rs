//! The Azure backend as the engine sees it: the parts of a place side by side. Its resources are
//! `group/...`, `stack/...`, `image/worker`, the groups of [`kubernetes`] and `namespace/...`
//! (Temporal's); in a rehearsal with Docker also those of the ground.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backend::event::Events;
use backend::fault::{Pull, Reach, Sighting, Sign};
use backend::namespaces::{self, Namespaces};
use backend::state::{Directory, Lock};
use backend::{Backend, Change, Place, Prepared, Provision, Readiness};
use model::plan::{Observed, ResourceId, ResourceKind, State};
use model::topology::{Run, ServiceName, Topology};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::ground::Ground;
use super::group::{self, Group};
use super::hosts::Hosts;
use super::image::{self, Image, Maker};
use super::levers::Levers;
use super::link::Link;
use super::objects::Objects;
use super::parts::Parts;
use super::password::Password;
use super::places::Places;
use super::prepare::Preparation;
use super::settings::{Order, Settings};
use super::site::Site;
use super::stack::{self, Stack};
use super::sweep;
use super::told::Told;

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(10);

/// The topology in Azure.
#[derive(Debug)]
pub struct AzureBackend {
    /// What its parts share.
    pub site: Arc<Site>,
    /// Where else its profile was promoted to.
    pub places: Places,
    /// The resource group.
    pub group: Arc<Group>,
    /// The deployment stack in it.
    pub stack: Arc<Stack>,
    /// The way into the cluster.
    pub link: Arc<Link>,
    /// Where the worker's image is made.
    pub worker: Maker,
    /// The password of the database.
    pub password: Password,
    /// The objects in the cluster.
    pub objects: Arc<Objects>,
    image: Image,
    levers: Levers,
    hosts: Hosts,
    order: Order,
    told: Told,
}

impl AzureBackend {
    /// The backend of a state folder; without `lock` it can look but not touch.
    pub fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let site = Arc::new(Site::new(settings, state, lock)?);
        let group = Arc::new(Group::new(&site));
        let stack = Arc::new(Stack::new(&site, &group));
        let link = Arc::new(Link::new(&site));
        let objects = Arc::new(Objects::new(&site, &link));
        Ok(Self {
            places: Places::of(&site),
            worker: Maker::new(&site, &link),
            password: Password::new(&site, &link),
            image: Image::new(&site, &stack),
            levers: Levers::new(&site, &link, &objects),
            hosts: Hosts::new(&site, &link),
            order: Order::default(),
            told: Told::default(),
            site,
            group,
            stack,
            link,
            objects,
        })
    }

    /// Where a run took place.
    pub fn place(&self) -> Place {
        Place {
            backend: self.site.settings.aim.name().to_owned(),
            engine: "server".to_owned(),
            database: "mysql".to_owned(),
        }
    }

    /// What the promotion says besides; before `prepare`.
    pub fn order(&mut self, order: Order) {
        self.order = order;
    }

    /// Tells of progress, and stops waiting when this is cancelled, where something is removed.
    pub fn listen(&mut self, events: &Events, cancel: &CancellationToken) {
        self.told = Told::new(events, cancel);
    }

    async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), backend::Error> {
        let told = &parts.told;
        match id.kind() {
            ResourceKind::Group => self.group.make().await,
            ResourceKind::Stack => {
                self.stack.make(id, &parts.stack, told).await?;
                self.link.forget().await;
                Ok(())
            }
            ResourceKind::Image => self.image.push(&parts.materials.worker, told).await,
            ResourceKind::Namespace => {
                let frontend = self.link.frontend().await?;
                let made = parts.namespaces.apply(id, frontend).await;
                Ok(made.map_err(Error::from)?)
            }
            kind => {
                let outputs = self.stack.outputs().await?;
                let made = self.objects.make(id, &parts.materials, &outputs, told);
                made.await?;
                if kind == ResourceKind::Base {
                    self.password.arrive()?;
                }
                Ok(())
            }
        }
    }

    async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        match id.kind() {
            ResourceKind::Group => self.group.remove(&self.told).await,
            ResourceKind::Stack => {
                self.link.forget().await;
                self.stack.remove(id, &self.told).await
            }
            // An image stays in the registry, beside those that are used; a namespace goes with the
            // database.
            ResourceKind::Image | ResourceKind::Namespace => Ok(()),
            _ => self.objects.remove(id).await,
        }
    }

    async fn apply_to_ground(
        &self,
        ground: &Ground,
        id: &ResourceId,
        change: Change<'_, Parts>,
    ) -> Result<(), backend::Error> {
        let unknown = || Error::Unknown { id: id.clone() };
        let change = match change {
            Change::Make(parts) => Change::Make(parts.ground.as_ref().ok_or_else(unknown)?),
            Change::Remove => Change::Remove,
        };
        let changed = Box::pin(ground.place.apply(id, change)).await;
        if id.kind() == ResourceKind::Cluster {
            self.link.forget().await;
        }
        changed
    }

    /// What is in a stack that lives.
    async fn observe_contents(
        &self,
        parts: Option<&Parts>,
    ) -> Result<Vec<Observed>, backend::Error> {
        let scope = self.site.scope().await?;
        let mut observed = Vec::new();
        if let Some(parts) = parts {
            let worker = &parts.materials.worker;
            observed.extend(self.image.observe(&scope, worker).await?);
        }
        observed.extend(self.objects.observe(&scope).await);
        if let Some(parts) = parts
            && let Ok(frontend) = self.link.frontend().await
        {
            observed.extend(parts.namespaces.observe(frontend).await);
        }
        Ok(observed)
    }
}

impl Backend for AzureBackend {
    type Frontend = temporal::Client;
    type Parts = Parts;
    type Hosts = Hosts;

    async fn prepare(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Prepared<Parts>, backend::Error> {
        let preparation = Preparation {
            site: &self.site,
            group: &self.group,
            stack: &self.stack,
            worker: &self.worker,
            image: &self.image,
            objects: &self.objects,
            password: &self.password,
            order: &self.order,
            topology,
            provision,
        };
        Box::pin(preparation.prepare()).await
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        let scope = self.site.scope().await?;
        let mut expected = vec![group::id(&scope.group), stack::id(&scope)];
        if !matches!(topology.worker_run(), Run::Image(_)) {
            expected.push(image::id());
        }
        if !self.site.without_cluster() {
            expected.extend(kubernetes::expected(topology));
            expected.extend(Namespaces::expected(topology));
        }
        if let Some(ground) = &self.site.ground {
            expected.extend(ground.place.expects(topology).await?);
        }
        Ok(expected)
    }

    async fn observe(
        &self,
        named: &[ResourceId],
        parts: Option<&Parts>,
    ) -> Result<Vec<Observed>, backend::Error> {
        let of_ground = parts.and_then(|parts| parts.ground.as_ref());
        let (mut observed, replaced) = match &self.site.ground {
            Some(ground) => (
                Box::pin(ground.place.observe(named, of_ground)).await?,
                of_ground.map(|parts| ground.handle.replaces_cluster(parts)),
            ),
            None => (Vec::new(), None),
        };
        let Some((group, stack)) = self.stack.find_group().await? else {
            return Ok(observed);
        };
        let scope = self.site.scope().await?;
        observed.push(self.group.observe(&scope.group, &group));
        let Some(stack) = stack else {
            return Ok(observed);
        };
        let stack = Stack::observe(&scope, &stack, parts.map(|parts| &parts.order));
        let lives = matches!(stack.state, State::Live(_));
        observed.push(stack);
        // What is in a cluster that is to be replaced goes with it.
        if lives && !replaced.transpose()?.unwrap_or(false) {
            observed.extend(Box::pin(self.observe_contents(parts)).await?);
        }
        Ok(observed)
    }

    async fn apply(
        &self,
        id: &ResourceId,
        change: Change<'_, Parts>,
    ) -> Result<(), backend::Error> {
        self.site.touch()?;
        if let Some(ground) = self.site.ground_of(id) {
            return self.apply_to_ground(ground, id, change).await;
        }
        let told = match &change {
            Change::Make(parts) => &parts.told,
            Change::Remove => &self.told,
        };
        // Azure goes on with what it was told, and the next command with the rest.
        let work = Box::pin(async {
            match change {
                Change::Make(parts) => self.make(id, parts).await,
                Change::Remove => self.remove(id).await,
            }
        });
        let changed = told.cancel.run_until_cancelled(work).await;
        changed.unwrap_or_else(|| Err(Error::Interrupted.into()))
    }

    async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        if let Some(ground) = self.site.ground_of(id) {
            let parts = parts.and_then(|parts| parts.ground.as_ref());
            return Box::pin(ground.place.ready(id, parts)).await;
        }
        let materials = parts.map(|parts| &parts.materials);
        match id.kind() {
            ResourceKind::Group => self.group.ready().await,
            ResourceKind::Stack => self.stack.ready().await,
            ResourceKind::Image => self.image.ready(materials.map(|it| &it.worker)).await,
            ResourceKind::Namespace => match self.link.frontend().await {
                Ok(frontend) => namespaces::ready(id.name(), frontend).await,
                Err(error) => Readiness::unseen(&error),
            },
            _ => {
                let topology = materials.map(|it| &it.topology);
                self.objects.ready(id, topology).await
            }
        }
    }

    async fn frontend(&self, namespace: &str) -> Result<temporal::Client, backend::Error> {
        let address = self.link.frontend().await?;
        let client = namespaces::client(address, namespace, CONNECT).await;
        Ok(client.map_err(Error::from)?)
    }

    fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    async fn sweep(&self) -> Vec<String> {
        sweep::sweep(&self.stack).await
    }

    fn levers(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach> {
        self.levers.reach(topology)
    }

    async fn pull(&self, pull: &Pull) -> Result<(), backend::Error> {
        self.levers.pull(pull).await
    }

    async fn look(&self, sign: &Sign) -> Sighting {
        Box::pin(self.levers.look(sign)).await
    }
}
