//! The k3d backend as the engine sees it. Its resources are `network/...`, `container/mysql`,
//! `cluster/...`, `images/cluster`, the groups of [`kubernetes`] and
//! `namespace/...` (Temporal's).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backend::fault::{Capability, Effect, FaultKind, Injection, Undo};
use backend::namespaces::{self, Namespaces};
use backend::state::{Directory, Lock};
use backend::{Backend, Endpoint, Log, Place, Provision, Readiness, Vitals};
use base::log_tail::LogTail;
use base::tool::Environment;
use camino::Utf8PathBuf;
use database::Mysql;
use docker::Engine;
use kubernetes::{Cluster, NAMESPACE};
use model::plan::{Action, Observed, Resource, ResourceId};
use model::profile;
use model::topology::{Topology, WorkerBuild};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::found::Found;
use super::names::Names;
use super::ports::MYSQL;
use super::record::{self, Record};
use super::tool::K3d;
use super::wanted::Wanted;
use crate::owned;

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What the backend needs to know of the profile and the place.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that the user works in.
    pub root: Utf8PathBuf,
    /// The profile's name.
    pub profile: String,
    /// The cluster.
    pub cluster: profile::K3d,
    /// How much of the topology is its affair.
    pub extent: Extent,
    /// The harness's own environment.
    pub environment: Environment,
}

/// How much of a topology a backend of this kind runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Topology,
    /// What the rest stands on: a cluster that has the public images, and the database beside it.
    /// Somebody else has the objects in it, and the worker's image.
    Ground,
}

/// The topology in a local Kubernetes cluster.
#[derive(Debug)]
pub struct K3dBackend {
    settings: Settings,
    state: Directory,
    lock: Option<Arc<Lock>>,
    names: Names,
    /// Docker, connected to when it is first needed.
    pub(super) docker: OnceCell<Docker>,
    /// The version of k3d, asked when it is first needed.
    pub(super) version: OnceCell<String>,
    /// The cluster's API, as long as it is the same cluster.
    kubernetes: Mutex<Option<Cluster>>,
    http: reqwest::Client,
    wanted: Option<Wanted>,
    pub(super) namespaces: Namespaces,
    /// Cancelled when the user asks to stop.
    cancel: CancellationToken,
}

/// A Docker engine that answers, and the database in it.
#[derive(Debug)]
pub(super) struct Docker {
    pub(super) engine: Engine,
    pub(super) mysql: Mysql,
}

impl K3dBackend {
    /// The backend of a state folder; without `lock` it can look but not touch.
    pub fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Arc<Lock>>,
    ) -> Result<Self, backend::Error> {
        Ok(Self {
            names: Names::of(&state),
            settings,
            state,
            lock,
            docker: OnceCell::new(),
            version: OnceCell::new(),
            kubernetes: Mutex::default(),
            http: base::http::loopback_client().map_err(backend::Error::new)?,
            wanted: None,
            namespaces: Namespaces::default(),
            cancel: CancellationToken::new(),
        })
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn state(&self) -> &Directory {
        &self.state
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(super) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    pub(super) fn lock(&self) -> Result<&Lock, Error> {
        self.lock.as_deref().ok_or(Error::NotOwner)
    }

    pub(super) fn k3d(&self) -> K3d<'_> {
        K3d {
            environment: &self.settings.environment,
            state: &self.state,
        }
    }

    /// What the profile asks for; without it, nothing can be made that has the name `id`.
    pub(super) fn wanted(&self, id: &ResourceId) -> Result<&Wanted, Error> {
        let unknown = || Error::Unknown { id: id.clone() };
        self.wanted.as_ref().ok_or_else(unknown)
    }

    pub(super) async fn docker(&self) -> Result<&Docker, Error> {
        let connect = || async {
            let environment = &self.settings.environment;
            let engine = Engine::connect(environment).await?;
            let mysql = Mysql::new(engine.clone(), self.state.clone(), environment.clone());
            Ok(Docker { engine, mysql })
        };
        self.docker.get_or_try_init(connect).await
    }

    /// The API of the cluster that was made last.
    pub(super) async fn kubernetes(&self) -> Result<Cluster, backend::Error> {
        if let Some(cluster) = self.connection().clone() {
            return Ok(cluster);
        }
        let cluster = connect(&self.state).await?;
        *self.connection() = Some(cluster.clone());
        Ok(cluster)
    }

    /// Forgets the API of a cluster that goes.
    pub(super) fn disconnect(&self) {
        *self.connection() = None;
    }

    fn connection(&self) -> std::sync::MutexGuard<'_, Option<Cluster>> {
        self.kubernetes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of the cluster.
    pub(super) fn record(&self) -> Result<Option<Record>, Error> {
        Record::read(&self.state).map_err(|source| self.record_error("read", source))
    }

    pub(super) fn write_record(&self, record: &Record) -> Result<(), Error> {
        let written = record.write(&self.state);
        written.map_err(|source| self.record_error("write", source))
    }

    /// Changes the record, if there is one. Steps that run at once do so one after the other, as
    /// nothing is awaited here.
    pub(super) fn change_record(&self, change: impl FnOnce(&mut Record)) -> Result<(), Error> {
        let Some(mut record) = self.record()? else {
            return Ok(());
        };
        change(&mut record);
        self.write_record(&record)
    }

    pub(super) fn record_error(&self, act: &'static str, source: std::io::Error) -> Error {
        Error::Record {
            act,
            path: record::path(&self.state),
            source,
        }
    }

    /// The record of a cluster of which all nodes run.
    pub(super) async fn live_cluster(&self) -> Result<Option<Record>, Error> {
        Ok(match self.find_cluster().await? {
            Found::Live(record) => Some(*record),
            Found::Absent | Found::Dead(_) => None,
        })
    }

    pub(super) async fn client(&self, deadline: Duration) -> Result<temporal::Client, Error> {
        let address = self.frontend_address()?;
        let namespace = self.namespaces.main();
        Ok(namespaces::client(address, namespace, deadline).await?)
    }
}

/// The API of the cluster of a state folder.
pub async fn connect(state: &Directory) -> Result<Cluster, backend::Error> {
    let kubeconfig = record::kubeconfig(state);
    if !kubeconfig.exists() {
        return Err(Error::NoCluster.into());
    }
    Cluster::connect(&kubeconfig, NAMESPACE).await
}

impl Backend for K3dBackend {
    type Frontend = temporal::Client;

    fn place(&self) -> Place {
        Place {
            backend: "k3d".to_owned(),
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
        let wanted = Box::pin(self.provide(topology, provision)).await?;
        self.wanted = Some(wanted);
        if self.settings.extent == Extent::Ground {
            return Ok(());
        }
        self.namespaces = Namespaces::of(topology, kubernetes::serving());
        Ok(())
    }

    fn desire(&self, _: &Topology) -> Vec<Resource> {
        self.desired()
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        Ok(self.expected(topology))
    }

    async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        self.observed(named).await
    }

    async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), backend::Error> {
        Box::pin(self.change(id, action)).await
    }

    async fn ready(&self, id: &ResourceId) -> Readiness {
        self.look(id).await
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
        match id.kind() {
            "cluster" => self.write_node_logs().await.into_iter().next(),
            "base" | "job" | "deployment" => {
                let folder = self.state.path().join("evidence");
                let cluster = self.kubernetes().await.ok()?;
                cluster.evidence(id, &folder).await.ok()
            }
            _ => None,
        }
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        self.listening().await
    }

    async fn frontend(&self) -> Result<temporal::Client, backend::Error> {
        Ok(self.client(CONNECT).await?)
    }

    async fn database(&self) -> Result<Option<mysql::Access>, backend::Error> {
        if database::address(&self.state).is_none() {
            return Ok(None);
        }
        Ok(Some(self.docker().await?.mysql.access()?))
    }

    fn faults(&self, topology: &Topology) -> Vec<Capability> {
        // Every service can be killed: each is a Deployment, or the database's container.
        topology.services.iter().map(Capability::kill).collect()
    }

    async fn usage(&self) -> BTreeMap<String, Duration> {
        let mut usage = match self.kubernetes().await {
            Ok(cluster) => cluster.usage().await,
            Err(_) => BTreeMap::new(),
        };
        if let Ok(docker) = self.docker().await
            && let Some(used) = docker.mysql.usage().await
        {
            usage.insert(MYSQL.to_owned(), used);
        }
        usage
    }

    async fn undo(&self, injection: &Injection) -> Result<Undo, backend::Error> {
        self.undo_of(injection).await
    }

    async fn inject(&self, injection: &Injection) -> Result<Effect, backend::Error> {
        match injection.fault {
            FaultKind::Kill => self.kill(&injection.service).await,
        }
    }

    async fn heal(&self, undo: &Undo) -> Result<(), backend::Error> {
        self.revive(undo).await
    }

    async fn serves(&self) -> Readiness {
        self.workflows_start().await
    }

    async fn worker_build(&self) -> Option<WorkerBuild> {
        self.record().ok()??.images?.worker
    }

    fn outlives(&self, id: &ResourceId) -> bool {
        // It goes with the database.
        id.kind() == "namespace"
    }

    fn hurry(&self) {
        // Nodes and containers are removed by force in any case.
    }

    fn lingers(&self) -> Duration {
        owned::ENGINE_LINGERS
    }

    async fn sweep(&self) -> Vec<String> {
        self.sweep_all().await
    }
}
