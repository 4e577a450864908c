//! The Azure backend as the engine sees it. Its resources are `group/...`, `stack/...`,
//! `image/worker`, the groups of [`kubernetes`] and `namespace/...` (Temporal's). In a rehearsal
//! with Docker, the resources of the stand-in are added.

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

use super::connection::Link;
use super::error::Error;
use super::group::{self, Group};
use super::hosts::Hosts;
use super::image::{self, Image, Maker};
use super::levers::Levers;
use super::objects::Objects;
use super::parts::Parts;
use super::password::Password;
use super::prepare::Preparation;
use super::promoted::Places;
use super::reporter::Reporter;
use super::settings::{PromotionOptions, Settings};
use super::site::Site;
use super::stack::{self, Stack};
use super::stand_in::StandIn;
use super::sweep;

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(10);

/// A topology in Azure.
#[derive(Debug)]
pub struct AzureBackend {
    /// What all its parts share.
    pub site: Arc<Site>,
    /// The other places that the profile was promoted to.
    pub places: Places,
    pub group: Arc<Group>,
    /// The deployment stack in the resource group.
    pub stack: Arc<Stack>,
    /// The connection to the cluster.
    pub link: Arc<Link>,
    /// Builds the workers' images.
    pub worker: Maker,
    /// The password of the database.
    pub password: Password,
    /// The objects in the cluster.
    pub objects: Arc<Objects>,
    image: Image,
    levers: Levers,
    hosts: Hosts,
    options: PromotionOptions,
    reporter: Reporter,
}

impl AzureBackend {
    /// The backend of a state folder. Without `lock` it can look but not change anything.
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
            options: PromotionOptions::default(),
            reporter: Reporter::default(),
            site,
            group,
            stack,
            link,
            objects,
        })
    }

    pub fn place(&self) -> Place {
        Place {
            backend: self.site.settings.aim.name().to_owned(),
            engine: "server".to_owned(),
            database: "mysql".to_owned(),
            cluster: None,
        }
    }

    /// Sets the options of this promotion. Call it before `prepare`.
    pub fn set_options(&mut self, options: PromotionOptions) {
        self.options = options;
    }

    /// Where removals report their progress, and what stops them from waiting.
    pub fn listen(&mut self, events: &Events, cancel: &CancellationToken) {
        self.reporter = Reporter::new(events, cancel);
    }

    async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), backend::Error> {
        let reporter = &parts.reporter;
        match id.kind() {
            ResourceKind::Group => self.group.make().await,
            ResourceKind::Stack => {
                self.stack.make(id, &parts.stack, reporter).await?;
                self.link.forget().await;
                Ok(())
            }
            ResourceKind::Image => {
                let workers = &parts.materials.workers;
                self.image.push(id, workers, reporter).await
            }
            ResourceKind::Namespace => {
                let frontend = self.link.frontend().await?;
                let made = parts.namespaces.apply(id, frontend).await;
                Ok(made.map_err(Error::from)?)
            }
            kind => {
                let outputs = self.stack.outputs().await?;
                let made = self.objects.make(id, &parts.materials, &outputs, reporter);
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
            ResourceKind::Group => self.group.remove(&self.reporter).await,
            ResourceKind::Stack => {
                self.link.forget().await;
                self.stack.remove(id, &self.reporter).await
            }
            // An image stays in the registry, like older images; a namespace is removed with the
            // database.
            ResourceKind::Image | ResourceKind::Namespace => Ok(()),
            _ => self.objects.remove(id).await,
        }
    }

    async fn apply_to_stand_in(
        &self,
        stand_in: &StandIn,
        id: &ResourceId,
        change: Change<'_, Parts>,
    ) -> Result<(), backend::Error> {
        let unknown = || Error::Unknown { id: id.clone() };
        let change = match change {
            Change::Make(parts) => Change::Make(parts.stand_in.as_ref().ok_or_else(unknown)?),
            Change::Remove => Change::Remove,
        };
        let changed = Box::pin(stand_in.place.apply(id, change)).await;
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
            let workers = &parts.materials.workers;
            observed.extend(self.image.observe(&scope, workers).await?);
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
            options: &self.options,
            topology,
            provision,
        };
        Box::pin(preparation.prepare()).await
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        let scope = self.site.scope().await?;
        let mut expected = vec![group::id(&scope.group), stack::id(&scope)];
        let workers = topology.workers();
        let made = workers.filter(|worker| !matches!(worker.run, Run::Image(_)));
        expected.extend(made.map(|worker| image::id(&worker.service.name)));
        if !self.site.without_cluster() {
            expected.extend(kubernetes::expected(topology));
            expected.extend(Namespaces::expected(topology));
        }
        if let Some(stand_in) = &self.site.stand_in {
            expected.extend(stand_in.place.expects(topology).await?);
        }
        Ok(expected)
    }

    async fn observe(
        &self,
        named: &[ResourceId],
        parts: Option<&Parts>,
    ) -> Result<Vec<Observed>, backend::Error> {
        let stand_in_parts = parts.and_then(|parts| parts.stand_in.as_ref());
        let (mut observed, replaced) = match &self.site.stand_in {
            Some(stand_in) => (
                Box::pin(stand_in.place.observe(named, stand_in_parts)).await?,
                stand_in_parts.map(|parts| stand_in.infrastructure.replaces_cluster(parts)),
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
        let stack = Stack::observe(&scope, &stack, parts.map(|parts| &parts.options));
        let lives = matches!(stack.state, State::Live(_));
        observed.push(stack);
        // The contents of a cluster that will be replaced are removed with it.
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
        if let Some(stand_in) = self.site.stand_in_for(id) {
            return self.apply_to_stand_in(stand_in, id, change).await;
        }
        let reporter = match &change {
            Change::Make(parts) => &parts.reporter,
            Change::Remove => &self.reporter,
        };
        // After an interruption, Azure continues what was requested, and the next command does the
        // rest.
        let work = Box::pin(async {
            match change {
                Change::Make(parts) => self.make(id, parts).await,
                Change::Remove => self.remove(id).await,
            }
        });
        let changed = reporter.cancel.run_until_cancelled(work).await;
        changed.unwrap_or_else(|| Err(Error::Interrupted.into()))
    }

    async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        if let Some(stand_in) = self.site.stand_in_for(id) {
            let parts = parts.and_then(|parts| parts.stand_in.as_ref());
            return Box::pin(stand_in.place.ready(id, parts)).await;
        }
        let materials = parts.map(|parts| &parts.materials);
        match id.kind() {
            ResourceKind::Group => self.group.ready().await,
            ResourceKind::Stack => self.stack.ready().await,
            ResourceKind::Image => {
                let workers = materials.map(|it| &it.workers);
                self.image.ready(id, workers).await
            }
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
