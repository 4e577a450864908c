//! The process backend as the engine sees it: dispatches each resource by its kind.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use backend::WorkerSecrets;
use backend::fault::{Pull, Reach, Sighting, Sign};
use backend::namespaces;
use backend::state::{Directory, Lock};
use backend::{
    Backend, Change, ClusterSeen, Diagnosis, Place, Prepared, Provision, Readiness, Vital,
};
use base::causes::in_one_line;
use model::plan::{Observed, ResourceId, ResourceKind};
use model::topology::{ServiceName, Topology};
use tokio_util::sync::CancellationToken;

use super::container_host::ContainerHost;
use super::containers::Containers;
use super::engine::Engine;
use super::error::Error;
use super::existing::Cluster;
use super::levers::{self, Levers};
use super::names::TEMPORAL;
use super::parts::Parts;
use super::process_host::ProcessHost;
use super::processes::Processes;
use super::site::{Settings, Site};
use super::{diagnosis, existing, expected, prepare, records};

/// The name of the backend.
const BACKEND: &str = "process";

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(5);

/// A topology as child processes. With engine `server`, the database and the web console are
/// containers.
#[derive(Debug)]
pub struct ProcessBackend {
    site: Arc<Site>,
    processes: Processes,
    containers: Containers,
    hosts: (ProcessHost, ContainerHost),
}

impl ProcessBackend {
    /// The backend of a state folder. Without `lock` it can look but not change anything.
    pub fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Lock>,
    ) -> Result<Self, backend::Error> {
        let site = Arc::new(Site::new(settings, state, lock)?);
        Ok(Self {
            processes: Processes::new(Arc::clone(&site)),
            containers: Containers::new(Arc::clone(&site)),
            hosts: (
                ProcessHost::new(Arc::clone(&site)),
                ContainerHost::new(Arc::clone(&site)),
            ),
            site,
        })
    }

    pub fn place(&self) -> Place {
        let (backend, engine, database) = match &self.site.settings.engine {
            Engine::DevServer { .. } => (BACKEND, "dev-server", "sqlite"),
            Engine::Server => (BACKEND, "server", "mysql"),
            Engine::Existing(_) => ("existing", "existing", "unknown"),
        };
        Place {
            backend: backend.to_owned(),
            engine: engine.to_owned(),
            database: database.to_owned(),
            cluster: self.site.cluster().map(Cluster::described),
        }
    }

    /// The address of the frontend; the reason if its process does not run. It is not restarted
    /// before the next command.
    fn running_frontend(&self) -> Result<SocketAddr, String> {
        let known = self.site.known_frontend();
        let address = known.map_err(|error| in_one_line(&error))?;
        let frontend = self.site.frontend();
        let life = self.hosts.0.life(frontend);
        match life.map_err(|error| in_one_line(&error))? {
            Some(Vital {
                ended: Some(status),
                ..
            }) => Err(format!("the process `{frontend}` died: {status}")),
            _ => Ok(address),
        }
    }

    fn control(&self) -> Levers<'_> {
        Levers {
            site: &self.site,
            processes: &self.processes,
            containers: &self.containers,
            hosts: &self.hosts,
        }
    }

    async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), Error> {
        match id.kind() {
            ResourceKind::Process => {
                let launch = parts.launch(id)?;
                self.processes.make(launch, parts.secrets()).await
            }
            ResourceKind::Container | ResourceKind::Schema => self.containers.make(id, parts).await,
            ResourceKind::Namespace => {
                let frontend = self.site.known_frontend()?;
                Ok(parts.namespaces().apply(id, frontend).await?)
            }
            _ => Err(Error::Unknown { id: id.clone() }),
        }
    }

    async fn remove(&self, id: &ResourceId) -> Result<(), Error> {
        match id.kind() {
            ResourceKind::Process => self.processes.remove(id).await,
            ResourceKind::Container | ResourceKind::Schema => self.containers.remove(id).await,
            // It is removed with the database that stores it.
            ResourceKind::Namespace => Ok(()),
            _ => Err(Error::Unknown { id: id.clone() }),
        }
    }
}

impl Backend for ProcessBackend {
    type Frontend = temporal::Client;
    type Parts = Parts;
    type Hosts = (ProcessHost, ContainerHost);

    async fn prepare(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Prepared<Parts>, backend::Error> {
        let secrets = WorkerSecrets::read(topology, &self.site.settings.environment)?;
        let parts = prepare::parts(&self.site, topology, secrets, provision).await?;
        Ok(Prepared {
            desired: parts.desire(),
            parts,
        })
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        Ok(expected::of(&self.site.settings.engine, topology))
    }

    async fn observe(
        &self,
        named: &[ResourceId],
        parts: Option<&Parts>,
    ) -> Result<Vec<Observed>, backend::Error> {
        let lack_data = self.containers.lack_data().await;
        let mut observed = self.processes.observe(named, lack_data)?;
        observed.extend(self.containers.observe(named).await?);
        if let Some(parts) = parts
            && let Some(frontend) = self.site.living_frontend()?
        {
            observed.extend(parts.namespaces().observe(frontend).await);
        }
        Ok(observed)
    }

    async fn apply(
        &self,
        id: &ResourceId,
        change: Change<'_, Parts>,
    ) -> Result<(), backend::Error> {
        let done = match change {
            Change::Make(parts) => self.make(id, parts).await,
            Change::Remove => self.remove(id).await,
        };
        Ok(done?)
    }

    async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        match id.kind() {
            ResourceKind::Container | ResourceKind::Schema => {
                self.containers.ready(id, parts).await
            }
            ResourceKind::Namespace => match self.running_frontend() {
                Ok(frontend) => namespaces::ready(id.name(), frontend).await,
                Err(reason) => Readiness::Never(reason),
            },
            _ => match self.processes.ready(id, parts).await {
                // A worker waits for the frontend.
                Readiness::NotYet(_)
                    if self.site.cluster().is_none()
                        && !id.name().starts_with(TEMPORAL)
                        && let Err(reason) = self.running_frontend() =>
                {
                    Readiness::Never(reason)
                }
                ready => ready,
            },
        }
    }

    async fn diagnose(&self, id: &ResourceId) -> Option<Diagnosis> {
        if id.kind() != ResourceKind::Process {
            return None;
        }
        let launch = records::of(&self.site.state, id.name()).ok()?;
        diagnosis::of(&self.site, &launch.damaged_as_none()?).await
    }

    async fn frontend(&self, namespace: &str) -> Result<temporal::Client, backend::Error> {
        if let Some(cluster) = self.site.cluster() {
            return Ok(cluster.client().await.map_err(Error::from)?.clone());
        }
        let address = self.site.known_frontend()?;
        let client = namespaces::client(address, namespace, CONNECT).await;
        Ok(client.map_err(Error::from)?)
    }

    async fn existing_cluster(&self) -> Option<ClusterSeen> {
        match self.site.cluster() {
            Some(cluster) => Some(cluster.seen().await),
            None => None,
        }
    }

    async fn begin_load(&self, prefixes: &[String]) -> Result<(), backend::Error> {
        if let Some(cluster) = self.site.cluster() {
            let begun = existing::begin(&self.site.state, cluster, prefixes);
            begun.await.map_err(Error::from)?;
        }
        Ok(())
    }

    async fn end_load(
        &self,
        known: Option<&[String]>,
        stop: &CancellationToken,
    ) -> Result<u64, backend::Error> {
        let Settings {
            root, environment, ..
        } = &self.site.settings;
        let own = self.site.cluster();
        let ended = existing::end(&self.site.state, own, root, environment, known, stop);
        Ok(ended.await.map_err(Error::from)?)
    }

    fn hosts(&self) -> &Self::Hosts {
        &self.hosts
    }

    async fn sweep(&self) -> Vec<String> {
        let mut left = self.processes.sweep().await;
        match self.containers.sweep().await {
            Ok(containers) => left.extend(containers),
            Err(error) => left.push(format!(
                "possibly resources in Docker: {}",
                in_one_line(&error)
            )),
        }
        left
    }

    fn levers(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach> {
        levers::reach(&self.site.settings.engine, topology)
    }

    async fn pull(&self, pull: &Pull) -> Result<(), backend::Error> {
        self.control().pull(pull).await
    }

    async fn look(&self, sign: &Sign) -> Sighting {
        self.control().look(sign).await
    }
}
