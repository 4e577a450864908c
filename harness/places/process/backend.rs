//! The process backend as the engine sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use backend::fault::{Capability, Effect, FaultKind, Injection, Undo};
use backend::namespaces::{self, Namespaces};
use backend::state::{Directory, Lock};
use backend::{Backend, Endpoint, Log, Place, Provision, Readiness, Vitals};
use base::causes::in_one_line;
use base::log_tail::LogTail;
use base::tool::Environment;
use camino::Utf8PathBuf;
use model::plan::{Action, Observed, Resource, ResourceId, State};
use model::profile::Engine;
use model::topology::{Component, ServiceName, Topology, WorkerBuild};
use tokio_util::sync::CancellationToken;

use super::apply::{self, Children};
use super::containers::{self, Containers};
use super::dev_server::TEMPORAL;
use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::{expected, server, stop};
use crate::census::{self, marked};
use crate::owned;

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a replica may take to end whose record does not say it: as long as the development
/// server's does.
const UNKNOWN_GRACE: Duration = Duration::from_secs(10);

/// What the backend needs to know of the profile and the place.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that the user works in.
    pub root: Utf8PathBuf,
    /// What runs Temporal.
    pub engine: Engine,
    /// The harness's own environment.
    pub environment: Environment,
}

/// The topology as child processes.
#[derive(Debug)]
pub struct ProcessBackend {
    settings: Settings,
    state: Directory,
    lock: Option<Lock>,
    children: Children,
    containers: Containers,
    http: reqwest::Client,
    launches: BTreeMap<ResourceId, Launch>,
    namespaces: Namespaces,
    /// Cancelled once nothing that can be forced is waited for.
    haste: CancellationToken,
}

impl ProcessBackend {
    /// The backend of a state folder; without `lock` it can look but not touch.
    pub fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let http = base::http::loopback_client().map_err(backend::Error::new)?;
        let containers = Containers::new(state.clone(), settings.environment.clone());
        Ok(Self {
            containers,
            settings,
            state,
            lock,
            children: Children::default(),
            http,
            launches: BTreeMap::new(),
            namespaces: Namespaces::default(),
            haste: CancellationToken::new(),
        })
    }

    /// The records that `prepare` made: Temporal's, and the workers'.
    pub fn launches(&self) -> (Launch, Vec<Launch>) {
        let (temporal, workers): (Vec<Launch>, Vec<Launch>) = self
            .launches
            .values()
            .cloned()
            .partition(|launch| launch.replica == TEMPORAL);
        let temporal = temporal.into_iter().next();
        (temporal.expect("every topology has Temporal"), workers)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(super) fn state(&self) -> &Directory {
        &self.state
    }

    pub(super) fn haste(&self) -> &CancellationToken {
        &self.haste
    }

    pub(super) fn children(&self) -> &Children {
        &self.children
    }

    pub(super) fn lock(&self) -> Result<&Lock, Error> {
        self.lock.as_ref().ok_or(Error::NotOwner)
    }

    /// Records of what was started before, with whether it is alive.
    pub(super) fn records(&self) -> Result<BTreeMap<String, (Launch, bool)>, Error> {
        let failed = |source| Error::Records {
            path: self.state.run(),
            source,
        };
        let mut records = BTreeMap::new();
        for launch in Launch::read_all(&self.state).map_err(failed)? {
            let alive = PidFile::leader(&self.state, &launch.replica).map_err(failed)?;
            records.insert(launch.replica.clone(), (launch, alive.is_some()));
        }
        Ok(records)
    }

    /// The record of a resource: as desired, or else as it was started.
    pub(super) fn launch(&self, id: &ResourceId) -> Result<Launch, Error> {
        if let Some(launch) = self.launches.get(id) {
            return Ok(launch.clone());
        }
        Launch::read(&self.state, id.name())
            .map_err(|source| Error::Records {
                path: self.state.run(),
                source,
            })?
            .ok_or_else(|| Error::Unknown { id: id.clone() })
    }

    pub(super) fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    pub(super) fn frontend_address(&self) -> Result<SocketAddr, Error> {
        let frontend = ResourceId::new("process", self.frontend_replica());
        let launch = self.launch(&frontend)?;
        let listen = launch.ports.get("grpc");
        listen
            .map(|listen| listen.address)
            .ok_or_else(|| Error::Unknown { id: launch.id() })
    }

    /// The replica that clients connect to.
    fn frontend_replica(&self) -> &'static str {
        match self.settings.engine {
            Engine::DevServer { .. } => TEMPORAL,
            Engine::Server => server::FRONTEND,
        }
    }

    /// The processes without which no workflow gets on.
    fn serving(&self) -> Vec<ResourceId> {
        let launches = self.launches.values();
        launches
            .filter(|launch| launch.replica == TEMPORAL || server::serves(launch))
            .map(Launch::id)
            .collect()
    }

    pub(super) fn containers(&self) -> &Containers {
        &self.containers
    }

    pub(super) fn containers_mut(&mut self) -> &mut Containers {
        &mut self.containers
    }

    /// Replicas of which a record cannot be read, be it the launch record or the pid file.
    fn broken(&self) -> Result<Vec<Observed>, Error> {
        let failed = |source| Error::Records {
            path: self.state.run(),
            source,
        };
        let mut broken = BTreeMap::new();
        for replica in Launch::replicas(&self.state).map_err(failed)? {
            let launch = Launch::read(&self.state, &replica).map_err(failed)?;
            if launch.is_none() {
                broken.insert(replica, "its launch record cannot be read");
            } else if PidFile::is_broken(&self.state, &replica).map_err(failed)? {
                broken.insert(replica, "its pid file cannot be read");
            }
        }
        let broken = broken.into_iter().map(|(replica, reason)| Observed {
            id: ResourceId::new("process", replica),
            state: State::Dead {
                reason: reason.to_owned(),
            },
            needs: Vec::new(),
        });
        Ok(broken.collect())
    }

    /// Replicas that run although their records are gone.
    fn orphans(&self) -> Vec<Observed> {
        let replicas: BTreeSet<String> = marked(&self.state)
            .into_iter()
            .map(|marked| marked.replica)
            .collect();
        let orphan = |replica: String| Observed {
            id: ResourceId::new("process", replica),
            state: State::Dead {
                reason: "it runs without a record".to_owned(),
            },
            needs: Vec::new(),
        };
        replicas.into_iter().map(orphan).collect()
    }

    /// A server whose database is gone, with its data, knows of workflows and namespaces that no
    /// database has any more: it is as good as dead.
    fn mark_orphans_of_data(&self, processes: &mut [Observed]) {
        let orphaned = |id: &ResourceId| {
            let launch = self.launch(id);
            launch.is_ok_and(|launch| launch.needs.iter().any(database::owns))
        };
        for process in processes.iter_mut().filter(|process| orphaned(&process.id)) {
            process.state = State::Dead {
                reason: "its database is gone".to_owned(),
            };
        }
    }

    async fn remove(&self, id: &ResourceId) -> Result<(), Error> {
        let grace = match self.launch(id) {
            Ok(launch) => launch.grace.as_std(),
            // It was named and never started, or its record is lost.
            Err(Error::Unknown { .. }) => UNKNOWN_GRACE,
            Err(error) => return Err(error),
        };
        stop::stop(&self.state, id.name(), grace, &self.haste).await?;
        Ok(stop::forget(&self.state, id.name())?)
    }
}

impl Backend for ProcessBackend {
    type Frontend = temporal::Client;

    fn place(&self) -> Place {
        let (engine, database) = match self.settings.engine {
            Engine::DevServer { .. } => ("dev-server", "sqlite"),
            Engine::Server => ("server", "mysql"),
        };
        Place {
            backend: "process".to_owned(),
            engine: engine.to_owned(),
            database: database.to_owned(),
        }
    }

    async fn prepare(
        &mut self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<(), backend::Error> {
        let launches = self.provide(topology, provision).await?;
        self.launches = launches
            .into_iter()
            .map(|launch| (launch.id(), launch))
            .collect();
        self.namespaces = Namespaces::of(topology, self.serving());
        Ok(())
    }

    fn desire(&self, _: &Topology) -> Vec<Resource> {
        let processes = self.launches.iter().map(|(id, launch)| Resource {
            id: id.clone(),
            digest: launch.digest.clone(),
            needs: launch.needs.clone(),
            ready_timeout: launch.ready_timeout,
        });
        let all = processes.chain(self.namespaces.desire());
        all.chain(self.containers.desire()).collect()
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        Ok(expected::of(&self.settings.engine, topology))
    }

    async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        let mut observed = self.broken()?;
        let mut temporal_lives = false;
        for (replica, (launch, alive)) in self.records()? {
            if observed.iter().any(|broken| broken.id == launch.id()) {
                continue;
            }
            temporal_lives |= alive && replica == self.frontend_replica();
            let state = if alive {
                State::Live(launch.digest.clone())
            } else {
                State::Dead {
                    reason: "its process is gone".to_owned(),
                }
            };
            observed.push(Observed {
                id: launch.id(),
                state,
                needs: launch.needs,
            });
        }
        let half_made = named
            .iter()
            .filter(|id| id.kind() == "process" && !observed.iter().any(|known| known.id == **id));
        let half_made: Vec<Observed> = half_made
            .map(|id| Observed {
                id: id.clone(),
                state: State::Dead {
                    reason: "an interrupted command was about to start it".to_owned(),
                },
                needs: Vec::new(),
            })
            .collect();
        observed.extend(half_made);
        if observed.is_empty() {
            observed.extend(self.orphans());
        }
        if self.containers.lack_data().await {
            self.mark_orphans_of_data(&mut observed);
        }
        observed.extend(self.containers.observe(named).await?);
        if temporal_lives {
            observed.extend(self.namespaces.observe(self.frontend_address()?).await);
        }
        Ok(observed)
    }

    async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), backend::Error> {
        let done = match (id.kind(), action) {
            (_, Action::Keep) => Ok(()),
            ("namespace", _) => {
                let frontend = self.frontend_address()?;
                let made = self.namespaces.apply(id, frontend).await;
                made.map_err(Error::from)
            }
            _ if containers::owns(id) => self.containers.apply(id, action).await,
            (_, Action::Delete) => self.remove(id).await,
            (_, Action::Create | Action::Update) => {
                let launch = self.launch(id)?;
                let lock = self.lock()?;
                apply::start(&launch, &self.state, lock, &self.children, &self.haste).await
            }
        };
        Ok(done?)
    }

    async fn ready(&self, id: &ResourceId) -> Readiness {
        match id.kind() {
            "namespace" => match self.frontend_address() {
                Ok(frontend) => namespaces::ready(id.name(), frontend).await,
                Err(error) => Readiness::Never(in_one_line(&error)),
            },
            _ if containers::owns(id) => self.containers.ready(id, &self.http).await,
            _ => self.process_ready(id).await,
        }
    }

    async fn logs(&self) -> Vec<Log> {
        let records = self.records().unwrap_or_default();
        // Also of what is down: that is when its log is wanted most.
        let files = self.state.logs().read_dir_utf8();
        let files = files.into_iter().flatten().flatten();
        let written = files.filter_map(|file| {
            let replica = file.file_name().strip_suffix(".log")?;
            Some(replica.to_owned())
        });
        let replicas: BTreeSet<String> = records.keys().cloned().chain(written).collect();
        replicas
            .into_iter()
            .map(|replica| Log {
                path: Launch::log(&self.state, &replica),
                services: records.get(&replica).map_or_else(
                    || service_of(&replica),
                    |(launch, _)| launch.services.clone(),
                ),
                replica,
            })
            .collect()
    }

    async fn collect_logs(&self, follow: Option<&CancellationToken>) -> Result<(), backend::Error> {
        // Processes write their log files themselves.
        self.containers.collect_logs(follow).await?;
        if let Some(follow) = follow {
            follow.cancelled().await;
        }
        Ok(())
    }

    async fn vitals(&self) -> Vitals {
        self.lives().await
    }

    async fn last_words(&self, replica: &str, life: Option<&str>) -> Option<LogTail> {
        self.log_end(replica, life).await
    }

    async fn evidence(&self, _: &ResourceId) -> Option<Utf8PathBuf> {
        None
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        let records = self.records().unwrap_or_default();
        let processes = records
            .into_values()
            .filter(|(_, alive)| *alive)
            .flat_map(|(launch, _)| {
                let ports = launch.ports.into_iter();
                ports.map(move |(port, listen)| (launch.replica.clone(), port, listen))
            })
            .map(|(replica, port, listen)| Endpoint {
                service: ServiceName::new(listen.service),
                replica,
                port,
                address: listen.address,
                wanted: listen.wanted,
            });
        processes.chain(self.containers.endpoints()).collect()
    }

    async fn frontend(&self) -> Result<temporal::Client, backend::Error> {
        let address = self.frontend_address()?;
        let client = namespaces::client(address, self.namespaces.main(), CONNECT).await;
        Ok(client.map_err(Error::from)?)
    }

    async fn database(&self) -> Result<Option<mysql::Access>, backend::Error> {
        Ok(self.containers.access().await?)
    }

    fn faults(&self, topology: &Topology) -> Vec<Capability> {
        let services = topology.services.iter();
        // One development server stands for everything else: no part of it can be killed by itself.
        let apart = self.settings.engine == Engine::Server;
        services
            .filter(|service| apart || matches!(service.component, Component::Worker { .. }))
            .map(Capability::kill)
            .collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        let records = self.records().unwrap_or_default();
        let processes = records.into_keys().filter_map(|replica| {
            let process = PidFile::alive(&self.state, &replica).ok()??;
            Some((replica, process.cpu_time()?))
        });
        let containers = self.containers.usage().await;
        processes.chain(containers).collect()
    }

    async fn undo(&self, injection: &Injection) -> Result<Undo, backend::Error> {
        Ok(self.undo_of(injection)?)
    }

    async fn inject(&self, injection: &Injection) -> Result<Effect, backend::Error> {
        match injection.fault {
            FaultKind::Kill => Ok(self.kill(&injection.service).await?),
        }
    }

    async fn heal(&self, undo: &Undo) -> Result<(), backend::Error> {
        match undo {
            Undo::Start { replicas } => Ok(self.start_again(replicas).await?),
            Undo::Scale { .. } => unreachable!("only what runs in Kubernetes is scaled"),
        }
    }

    async fn serves(&self) -> Readiness {
        self.workflows_start().await
    }

    async fn worker_build(&self) -> Option<WorkerBuild> {
        let records = self.records().ok()?;
        let alive = records.into_values().filter(|(_, alive)| *alive);
        let mut builds = alive.filter_map(|(launch, _)| launch.worker);
        let first = builds.next()?;
        builds.all(|other| other == first).then_some(first)
    }

    fn outlives(&self, id: &ResourceId) -> bool {
        // Both are in the database, and go with it.
        matches!(id.kind(), "namespace" | "schema")
    }

    fn hurry(&self) {
        self.haste.cancel();
    }

    fn lingers(&self) -> Duration {
        if self.containers.exist(&[]) {
            owned::ENGINE_LINGERS
        } else {
            Duration::ZERO
        }
    }

    async fn sweep(&self) -> Vec<String> {
        let mut left = census::sweep(&self.state).await;
        if self.containers.exist(&[]) {
            left.extend(self.containers.sweep().await);
        }
        left
    }
}

/// The service of a replica without a record: `worker` of `worker-0`.
fn service_of(replica: &str) -> Vec<String> {
    let service = replica
        .rsplit_once('-')
        .map(|(service, _)| service.to_owned());
    service.into_iter().collect()
}
