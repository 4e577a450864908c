//! The process backend as the engine sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use camino::Utf8PathBuf;
use tokio_util::sync::CancellationToken;

use super::apply::{self, Children};
use super::census::marked;
use super::dev_server::TEMPORAL;
use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::stop;
use crate::backend::{self, Backend, Endpoint, Log, Place, Provision, Readiness};
use crate::fault::{Capability, Effect, FaultKind, Injection, Undo};
use crate::plan::{Action, Observed, Resource, ResourceId, State};
use crate::quantity;
use crate::state::{Directory, Lock};
use crate::temporal;
use crate::tool::Environment;
use crate::topology::{Component, Digest, Namespace, ServiceName, Topology};

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a namespace may take to be usable everywhere; Temporal refreshes its caches every 10 s.
const NAMESPACE_READY: quantity::Duration = quantity::Duration::from_secs(30);

/// What the backend needs to know of the profile and the place.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that the user works in.
    pub root: Utf8PathBuf,
    /// The Temporal CLI that the profile names.
    pub cli: Option<Utf8PathBuf>,
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
    http: reqwest::Client,
    launches: BTreeMap<ResourceId, Launch>,
    namespaces: BTreeMap<ResourceId, Namespace>,
    /// The namespace that clients work in.
    namespace: String,
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
        let http = crate::http::loopback_client().map_err(backend::Error::new)?;
        Ok(Self {
            settings,
            state,
            lock,
            children: Children::default(),
            http,
            launches: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            namespace: "default".to_owned(),
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

    pub(super) fn namespaces(&self) -> &BTreeMap<ResourceId, Namespace> {
        &self.namespaces
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

    fn frontend_address(&self) -> Result<SocketAddr, Error> {
        let launch = self.launch(&ResourceId::new("process", TEMPORAL))?;
        let listen = launch.ports.get("grpc");
        listen
            .map(|listen| listen.address)
            .ok_or_else(|| Error::Unknown { id: launch.id() })
    }

    pub(super) async fn client(
        &self,
        namespace: &str,
        deadline: Duration,
    ) -> Result<temporal::Client, Error> {
        let address = self.frontend_address()?;
        let options = connect::Options::plaintext(address.to_string())
            .with_namespace(namespace)
            .with_connect_timeout(deadline);
        Ok(temporal::Client::connect(options).await?)
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

    async fn remove(&self, id: &ResourceId) -> Result<(), Error> {
        let grace = match self.launch(id) {
            Ok(launch) => launch.grace.as_std(),
            // It was named and never started; what may have been started is without its record.
            Err(Error::Unknown { .. }) => Duration::ZERO,
            Err(error) => return Err(error),
        };
        stop::stop(&self.state, id.name(), grace, &self.haste).await?;
        Ok(stop::forget(&self.state, id.name())?)
    }
}

impl Backend for ProcessBackend {
    type Frontend = temporal::Client;

    fn place(&self) -> Place {
        Place {
            backend: "process".to_owned(),
            engine: "dev-server".to_owned(),
            database: "sqlite".to_owned(),
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
        topology.main_namespace().clone_into(&mut self.namespace);
        self.namespaces = topology
            .temporal
            .namespaces
            .iter()
            .map(|namespace| {
                (
                    ResourceId::new("namespace", &namespace.name),
                    namespace.clone(),
                )
            })
            .collect();
        Ok(())
    }

    fn desire(&self, _: &Topology) -> Vec<Resource> {
        let processes = self.launches.iter().map(|(id, launch)| Resource {
            id: id.clone(),
            digest: launch.digest.clone(),
            needs: launch.needs.clone(),
            ready_timeout: launch.ready_timeout,
        });
        let namespaces = self.namespaces.iter().map(|(id, namespace)| Resource {
            id: id.clone(),
            digest: Digest::of(namespace),
            needs: vec![ResourceId::new("process", TEMPORAL)],
            ready_timeout: NAMESPACE_READY,
        });
        processes.chain(namespaces).collect()
    }

    async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        let mut observed = Vec::new();
        let mut temporal_lives = false;
        for (replica, (launch, alive)) in self.records()? {
            temporal_lives |= alive && replica == TEMPORAL;
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
        if temporal_lives {
            observed.extend(self.observed_namespaces().await);
        }
        Ok(observed)
    }

    async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), backend::Error> {
        let done = match (id.kind(), action) {
            (_, Action::Keep) => Ok(()),
            ("namespace", _) => self.apply_namespace(id).await,
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
            "namespace" => self.namespace_ready(id.name()).await,
            _ => self.process_ready(id).await,
        }
    }

    fn logs(&self) -> Vec<Log> {
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

    fn endpoints(&self) -> Vec<Endpoint> {
        let records = self.records().unwrap_or_default();
        records
            .into_values()
            .filter(|(_, alive)| *alive)
            .flat_map(|(launch, _)| launch.ports)
            .map(|(port, listen)| Endpoint {
                service: ServiceName::new(listen.service),
                port,
                address: listen.address,
                wanted: listen.wanted,
            })
            .collect()
    }

    async fn frontend(&self) -> Result<temporal::Client, backend::Error> {
        Ok(self.client(&self.namespace, CONNECT).await?)
    }

    fn faults(&self, topology: &Topology) -> Vec<Capability> {
        let services = topology.services.iter();
        // One process stands for everything else: no part of it can be killed by itself.
        services
            .filter(|service| matches!(service.component, Component::Worker { .. }))
            .map(|service| Capability {
                fault: FaultKind::Kill,
                service: service.name.clone(),
            })
            .collect()
    }

    fn usage(&self) -> BTreeMap<String, Duration> {
        let records = self.records().unwrap_or_default();
        records
            .into_keys()
            .filter_map(|replica| {
                let process = PidFile::alive(&self.state, &replica).ok()??;
                Some((replica, process.cpu_time()?))
            })
            .collect()
    }

    fn undo(&self, injection: &Injection) -> Result<Undo, backend::Error> {
        Ok(self.undo_of(injection)?)
    }

    async fn inject(&self, injection: &Injection) -> Result<Effect, backend::Error> {
        match injection.fault {
            FaultKind::Kill => Ok(self.kill(&injection.service).await?),
        }
    }

    async fn heal(&self, undo: &Undo) -> Result<(), backend::Error> {
        let Undo::Start { replicas } = undo;
        Ok(self.start_again(replicas).await?)
    }

    fn outlives(&self, id: &ResourceId) -> bool {
        id.kind() == "namespace"
    }

    fn hurry(&self) {
        self.haste.cancel();
    }

    async fn sweep(&self) -> Vec<String> {
        stop::sweep(&self.state).await
    }
}

/// The service of a replica without a record: `worker` of `worker-0`.
fn service_of(replica: &str) -> Vec<String> {
    let service = replica
        .rsplit_once('-')
        .map(|(service, _)| service.to_owned());
    service.into_iter().collect()
}
