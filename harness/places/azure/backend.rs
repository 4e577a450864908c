//! The Azure backend as the engine sees it. Its resources are `group/...`, `stack/...`,
//! `image/worker`, the groups of [`kubernetes`] and `namespace/...` (Temporal's);
//! in a rehearsal with Docker also those of the ground.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use artifact::WorkerImage;
use azure::arm;
use azure_simulator::Script;
use backend::event::Events;
use backend::fault::{Capability, Effect, FaultKind, Injection, Undo};
use backend::namespaces::{self, Namespaces};
use backend::state::{Directory, Lock};
use backend::{Backend, Endpoint, Log, Place, Provision, Readiness, Vitals};
use base::log_tail::LogTail;
use base::tool::Environment;
use camino::Utf8PathBuf;
use model::plan::{Action, Observed, Resource, ResourceId};
use model::profile::azure::Azure;
use model::topology::Topology;
use tokio::sync::{Mutex, OnceCell};
use tokio_util::sync::CancellationToken;

use super::cloud::{Cloud, Rehearsal, Which};
use super::connection::Link;
use super::error::Error;
use super::ground::{self, Ground};
use super::prepare::Wanted;
use super::promoter;
use super::scope::Scope;

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(10);

/// What the backend needs to know of the profile and the place.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that the user works in.
    pub root: Utf8PathBuf,
    /// The profile's name.
    pub profile: String,
    /// The place.
    pub azure: Azure,
    /// Which Azure.
    pub aim: Aim,
    /// The harness's own environment.
    pub environment: Environment,
}

/// Which Azure a topology is promoted to.
#[derive(Debug, Clone)]
pub enum Aim {
    /// Microsoft's.
    Azure,
    /// The built-in one.
    Rehearsal {
        /// How many times as fast as Azure it is.
        speed: u32,
        /// What goes wrong in it.
        script: Script,
        /// Whether a cluster and a database of this machine stand for those in it.
        ground: bool,
    },
}

/// What a promotion says besides what the profile does.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Why the gate is passed by, if it is.
    pub gate_override: Option<String>,
    /// What was found to differ from the template although it was made from it.
    pub drifted: Option<String>,
    /// Whether the database's administrator gets another password.
    pub another_password: bool,
}

/// The topology in Azure.
#[derive(Debug)]
pub struct AzureBackend {
    pub(super) settings: Settings,
    pub(super) state: Directory,
    pub(super) lock: Option<Arc<Lock>>,
    pub(super) order: Order,
    pub(super) ground: Option<Ground>,
    /// Signed in to when it is first needed.
    cloud: OnceCell<Cloud>,
    /// The cluster's API with the ports that are forwarded from it.
    pub(super) link: Mutex<Link>,
    pub(super) wanted: Option<Wanted>,
    /// The worker's image, once it is made: what the gate was asked about is what is promoted.
    pub(super) made: OnceCell<WorkerImage>,
    /// Whether this command has deleted the resource group.
    pub(super) group_removed: AtomicBool,
    /// Whether the resource group is the profile's, and was made by somebody else.
    pub(super) group_stays: AtomicBool,
    pub(super) namespaces: Namespaces,
    pub(super) events: Option<Events>,
    /// Cancelled when the user asks to stop.
    pub(super) cancel: CancellationToken,
}

impl AzureBackend {
    /// The backend of a state folder; without `lock` it can look but not touch.
    pub fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let lock = lock.map(Arc::new);
        let ground = ground::of(&settings, &state, lock.as_ref())?;
        Ok(Self {
            settings,
            state,
            lock,
            order: Order::default(),
            ground,
            cloud: OnceCell::new(),
            link: Mutex::default(),
            wanted: None,
            made: OnceCell::new(),
            group_removed: AtomicBool::new(false),
            group_stays: AtomicBool::new(false),
            namespaces: Namespaces::default(),
            events: None,
            cancel: CancellationToken::new(),
        })
    }

    /// What the promotion says besides; before `prepare`.
    pub fn order(&mut self, order: Order) {
        self.order = order;
    }

    /// Has things go wrong, in a rehearsal; before anything is asked of its Azure.
    pub fn go_wrong(&mut self, faults: Script) {
        if let Aim::Rehearsal { script, .. } = &mut self.settings.aim {
            *script = faults;
        }
    }

    /// Tells of progress, and stops waiting when this is cancelled; for what needs no `prepare`.
    pub fn listen(&mut self, events: &Events, cancel: &CancellationToken) {
        self.events = Some(events.clone());
        self.cancel = cancel.clone();
    }

    /// What Azure says against an act, as this backend's own error.
    pub fn error(act: &str, source: arm::Error) -> backend::Error {
        Error::azure(act)(source).into()
    }

    /// Azure, signed in to.
    pub async fn cloud(&self) -> Result<&Cloud, backend::Error> {
        let connect = || async {
            let which = match &self.settings.aim {
                Aim::Azure => Which::Azure,
                Aim::Rehearsal { speed, script, .. } => Which::Rehearsal(Rehearsal {
                    folder: self.state.path().join("cloud"),
                    speed: *speed,
                    script: script.clone(),
                    hooks: ground::hooks(self.ground.as_ref()).await?,
                }),
            };
            let environment = &self.settings.environment;
            let subscription = match self.settings.aim {
                Aim::Azure => self.settings.azure.subscription.as_deref(),
                // The built-in one has one of its own.
                Aim::Rehearsal { .. } => None,
            };
            let cloud = Cloud::connect(&which, environment, subscription).await;
            Ok::<_, backend::Error>(cloud.map_err(Error::Cloud)?)
        };
        self.cloud.get_or_try_init(connect).await
    }

    /// The resource group, with the names of what is in it.
    pub async fn scope(&self) -> Result<Scope, backend::Error> {
        let (cloud, settings) = (self.cloud().await?, &self.settings);
        Ok(Scope::of(&settings.azure, &settings.profile, cloud))
    }

    /// Whether only what Azure Resource Manager does is rehearsed, for want of a cluster.
    pub fn without_cluster(&self) -> bool {
        matches!(self.settings.aim, Aim::Rehearsal { ground: false, .. })
    }

    pub(super) fn touch(&self) -> Result<(), Error> {
        self.lock.as_ref().map(|_| ()).ok_or(Error::NotOwner)
    }

    /// Who promotes, as the tags of a stack have it.
    pub(super) fn promoter(&self) -> Result<String, Error> {
        promoter::id(&self.state)
    }

    /// What the profile asks for; without it, nothing can be made that has the name `id`.
    pub(super) fn wanted(&self, id: &ResourceId) -> Result<&Wanted, Error> {
        let unknown = || Error::Unknown { id: id.clone() };
        self.wanted.as_ref().ok_or_else(unknown)
    }
}

impl Backend for AzureBackend {
    type Frontend = temporal::Client;

    fn place(&self) -> Place {
        let backend = match self.settings.aim {
            Aim::Azure => "azure",
            Aim::Rehearsal { .. } => "azure-rehearsal",
        };
        Place {
            backend: backend.to_owned(),
            engine: "server".to_owned(),
            database: "mysql".to_owned(),
        }
    }

    async fn prepare(
        &mut self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<(), backend::Error> {
        self.cancel = provision.cancel.clone();
        self.events = Some(provision.events.clone());
        Box::pin(self.provide(topology, provision)).await
    }

    fn desire(&self, topology: &Topology) -> Vec<Resource> {
        self.desired(topology)
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        Box::pin(self.expected(topology)).await
    }

    async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        Box::pin(self.observed(named)).await
    }

    async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), backend::Error> {
        Box::pin(self.change(id, action)).await
    }

    async fn ready(&self, id: &ResourceId) -> Readiness {
        Box::pin(self.look(id)).await
    }

    async fn logs(&self) -> Vec<Log> {
        self.log_files().await
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        self.refresh_logs(follow).await
    }

    async fn vitals(&self) -> Vitals {
        self.lives().await
    }

    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        self.log_end(replica, life).await
    }

    async fn evidence(&self, id: &ResourceId) -> Option<Utf8PathBuf> {
        match (&self.ground, id.kind()) {
            (Some(ground), _) if ground::owns(id) => ground.evidence(id).await,
            (_, "base" | "job" | "deployment") => {
                let folder = self.state.path().join("evidence");
                let connection = self.connected().await.ok()?;
                connection.cluster.evidence(id, &folder).await.ok()
            }
            _ => None,
        }
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        // A forwarded port lives no longer than the command that forwards it.
        Vec::new()
    }

    async fn frontend(&self) -> Result<temporal::Client, backend::Error> {
        let address = self.frontend_address().await?;
        let client = namespaces::client(address, self.namespaces.main(), CONNECT).await;
        Ok(client.map_err(Error::from)?)
    }

    async fn database(&self) -> Result<Option<mysql::Access>, backend::Error> {
        match &self.ground {
            Some(ground) => ground.database().await,
            // It has no address outside of its network.
            None => Ok(None),
        }
    }

    fn faults(&self, topology: &Topology) -> Vec<Capability> {
        if self.without_cluster() {
            return Vec::new();
        }
        // Every service can be killed: each is a Deployment, or the database's server.
        topology.services.iter().map(Capability::kill).collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        match self.connected().await {
            Ok(connection) => connection.cluster.usage().await,
            Err(_) => BTreeMap::new(),
        }
    }

    async fn undo(&self, injection: &Injection) -> Result<Undo, backend::Error> {
        self.undo_of(injection).await
    }

    async fn inject(&self, injection: &Injection) -> Result<Effect, backend::Error> {
        match injection.fault {
            FaultKind::Kill => Box::pin(self.kill(&injection.service)).await,
        }
    }

    async fn heal(&self, undo: &Undo) -> Result<(), backend::Error> {
        Box::pin(self.revive(undo)).await
    }

    async fn serves(&self) -> Readiness {
        Box::pin(self.workflows_start()).await
    }

    fn outlives(&self, id: &ResourceId) -> bool {
        let stays = id.kind() == "group" && self.group_stays.load(Ordering::Relaxed);
        // The rest goes with the stack: with cluster, database and registry.
        stays || ["image", "base", "job", "deployment", "namespace"].contains(&id.kind())
    }

    fn is_promoted_to(&self) -> bool {
        true
    }

    fn hurry(&self) {
        // What Azure does cannot be hurried, and what is on this machine is removed by force.
    }

    fn lingers(&self) -> Duration {
        self.ground
            .as_ref()
            .map_or(Duration::ZERO, Backend::lingers)
    }

    async fn sweep(&self) -> Vec<String> {
        self.sweep_all().await
    }
}
