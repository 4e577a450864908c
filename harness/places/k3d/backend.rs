//! The k3d backend as the engine sees it. Its resources are `network/...`, `container/mysql`,
//! `cluster/...`, `images/cluster`, the groups of [`kubernetes`] and `namespace/...` (Temporal's).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backend::fault::{Pull, Reach, Sighting, Sign};
use backend::namespaces::{self, Namespaces};
use backend::state::{Directory, Lock};
use backend::{Backend, Change, Place, Prepared, Provision, Readiness};
use base::causes::in_one_line;
use kubernetes::Group;
use model::plan::{Observed, ResourceId, ResourceKind, State};
use model::topology::{ServiceName, Topology};
use tokio_util::sync::CancellationToken;

use super::container_host::ContainerHost;
use super::error::Error;
use super::foresee::foresee;
use super::found::Found;
use super::groups::Groups;
use super::images::NodeImages;
use super::infrastructure::Infrastructure;
use super::levers::{self, Levers};
use super::names::images_id;
use super::network::Network;
use super::nodes::Nodes;
use super::parts::Parts;
use super::pods::Pods;
use super::prepare::Preparation;
use super::record::ClusterRecord;
use super::settings::{Extent, Settings};
use super::site::Site;
use super::sweep;

/// How long connecting to the frontend may take.
const CONNECT: Duration = Duration::from_secs(5);

/// A topology in a local Kubernetes cluster.
#[derive(Debug)]
pub struct K3dBackend {
    site: Arc<Site>,
    network: Network,
    nodes: Nodes,
    images: NodeImages,
    groups: Groups,
    hosts: (ContainerHost, Pods),
}

impl K3dBackend {
    /// The backend of a state folder. Without `lock` it can look but not change anything.
    pub fn new(
        settings: Settings,
        state: Directory,
        lock: Option<Arc<Lock>>,
    ) -> Result<Self, backend::Error> {
        let site = Arc::new(Site::new(settings, state, lock));
        let nodes = Nodes {
            site: Arc::clone(&site),
        };
        Ok(Self {
            network: Network {
                site: Arc::clone(&site),
            },
            images: NodeImages {
                nodes: nodes.clone(),
            },
            groups: Groups {
                nodes: nodes.clone(),
                http: base::http::loopback_client().map_err(backend::Error::new)?,
            },
            hosts: (
                ContainerHost {
                    nodes: nodes.clone(),
                },
                Pods {
                    nodes: nodes.clone(),
                },
            ),
            nodes,
            site,
        })
    }

    pub fn place(&self) -> Place {
        Place {
            backend: "k3d".to_owned(),
            engine: "server".to_owned(),
            database: "mysql".to_owned(),
            cluster: None,
        }
    }

    /// Checks what is known at once, before images are pulled and the worker is built.
    pub async fn foresee(
        &self,
        topology: &Topology,
        cancel: &CancellationToken,
    ) -> Result<(), backend::Error> {
        foresee(&self.site, topology, cancel).await
    }

    /// The operations for another place that uses this one as its infrastructure.
    pub fn infrastructure(&self) -> Infrastructure {
        Infrastructure {
            images: self.images.clone(),
        }
    }

    /// The host of the database and of the nodes.
    pub fn containers(&self) -> &ContainerHost {
        &self.hosts.0
    }

    async fn make(&self, id: &ResourceId, parts: &Parts) -> Result<(), backend::Error> {
        match id.kind() {
            ResourceKind::Network => self.network.make().await?,
            ResourceKind::Cluster => self.nodes.make(&parts.cluster, &parts.cancel).await?,
            ResourceKind::Images => {
                let (images, workers) = (&parts.images, &parts.workers);
                self.images.make(images, workers, &parts.cancel).await?;
            }
            ResourceKind::Namespace => {
                let frontend = ClusterRecord::frontend(&self.site.state)?;
                let made = parts.namespaces.apply(id, frontend).await;
                made.map_err(Error::from)?;
            }
            _ if database::owns(id) => self.site.mysql().await?.make(id, &parts.database).await?,
            _ => self.groups.make(id, parts).await?,
        }
        Ok(())
    }

    async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        match id.kind() {
            ResourceKind::Network => self.network.remove().await?,
            ResourceKind::Cluster => self.nodes.remove().await?,
            ResourceKind::Images => self.images.remove()?,
            // It is removed with the database.
            ResourceKind::Namespace => {}
            _ if database::owns(id) => self.site.mysql().await?.remove(id).await?,
            _ => self.groups.remove(id).await?,
        }
        Ok(())
    }

    /// A living cluster with its contents. If the cluster will be replaced, its contents are left
    /// out: they are removed with it.
    async fn observe_cluster(
        &self,
        record: &ClusterRecord,
        parts: Option<&Parts>,
    ) -> Result<Vec<Observed>, backend::Error> {
        let cluster = |state| vec![self.nodes.observed(state)];
        let live = State::Live(record.digest.clone());
        if parts.is_some_and(|parts| parts.cluster.replaces(record)) {
            return Ok(cluster(live));
        }
        let whole = self.site.settings.extent == Extent::Topology;
        let groups = if whole {
            self.groups.observe(record).await
        } else {
            Vec::new()
        };
        if let Some(parts) = parts
            && let Some(reason) = self.groups.lost_port(parts, &groups).await
        {
            return Ok(cluster(State::Dead { reason }));
        }
        let mut observed = cluster(live);
        observed.extend(self.images.observe(record).await?);
        observed.extend(groups);
        if let Some(parts) = parts.filter(|_| whole) {
            let frontend = ClusterRecord::frontend(&self.site.state)?;
            observed.extend(parts.namespaces.observe(frontend).await);
        }
        Ok(observed)
    }

    fn control(&self) -> Levers<'_> {
        Levers {
            containers: &self.hosts.0,
            groups: &self.groups,
        }
    }
}

impl Backend for K3dBackend {
    type Frontend = temporal::Client;
    type Parts = Parts;
    type Hosts = (ContainerHost, Pods);

    async fn prepare(
        &self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Prepared<Parts>, backend::Error> {
        let preparation = Preparation {
            containers: &self.hosts.0,
            topology,
            provision,
        };
        let parts = Box::pin(preparation.parts()).await?;
        let mut desired = vec![
            self.network.desire(),
            self.nodes.desire(&parts.cluster),
            self.images.desire(&parts.images),
        ];
        desired.extend(parts.database.desire());
        desired.extend(parts.groups.values().map(Group::resource));
        desired.extend(parts.namespaces.desire());
        Ok(Prepared { desired, parts })
    }

    async fn expects(&self, topology: &Topology) -> Result<Vec<ResourceId>, backend::Error> {
        let names = &self.site.names;
        let mut expected = vec![
            names.network_id(),
            names.cluster_id(),
            images_id(),
            database::container_id(),
        ];
        if self.site.settings.extent == Extent::Topology {
            expected.extend(kubernetes::expected(topology));
            expected.extend(Namespaces::expected(topology));
        }
        Ok(expected)
    }

    async fn observe(
        &self,
        named: &[ResourceId],
        parts: Option<&Parts>,
    ) -> Result<Vec<Observed>, backend::Error> {
        let mysql = self.site.mysql().await?;
        let mut observed = mysql.observe(named).await?;
        observed.extend(self.network.observe().await?);
        match self.nodes.find().await? {
            Found::Absent => {}
            // The cluster relied on schema, shards and namespaces in that database, and the server
            // still expects them.
            Found::Live(_) if mysql.container().lacks_data().await => {
                let reason = "the data of its database is gone".to_owned();
                observed.push(self.nodes.observed(State::Dead { reason }));
            }
            Found::Dead(reason) => observed.push(self.nodes.observed(State::Dead { reason })),
            Found::Live(record) => observed.extend(self.observe_cluster(&record, parts).await?),
        }
        Ok(observed)
    }

    async fn apply(
        &self,
        id: &ResourceId,
        change: Change<'_, Parts>,
    ) -> Result<(), backend::Error> {
        self.site.check_lock()?;
        match change {
            Change::Make(parts) => Box::pin(self.make(id, parts)).await,
            Change::Remove => Box::pin(self.remove(id)).await,
        }
    }

    async fn ready(&self, id: &ResourceId, parts: Option<&Parts>) -> Readiness {
        match id.kind() {
            ResourceKind::Network => self.network.ready().await,
            ResourceKind::Cluster => self.nodes.ready().await,
            ResourceKind::Images => self.images.ready().await,
            ResourceKind::Namespace => match ClusterRecord::frontend(&self.site.state) {
                Ok(frontend) => namespaces::ready(id.name(), frontend).await,
                Err(error) => Readiness::Never(in_one_line(&error)),
            },
            _ if database::owns(id) => match self.site.mysql().await {
                Ok(mysql) => mysql.ready(id, parts.map(|parts| &parts.database)).await,
                Err(error) => Readiness::unseen(&error),
            },
            _ => self.groups.ready(id, parts).await,
        }
    }

    async fn frontend(&self, namespace: &str) -> Result<temporal::Client, backend::Error> {
        let address = ClusterRecord::frontend(&self.site.state)?;
        let client = namespaces::client(address, namespace, CONNECT).await;
        Ok(client.map_err(Error::from)?)
    }

    fn hosts(&self) -> &(ContainerHost, Pods) {
        &self.hosts
    }

    async fn sweep(&self) -> Vec<String> {
        sweep::sweep(&self.nodes).await
    }

    fn levers(&self, topology: &Topology) -> BTreeMap<ServiceName, Reach> {
        levers::reach(topology)
    }

    async fn pull(&self, pull: &Pull) -> Result<(), backend::Error> {
        self.control().pull(pull).await
    }

    async fn look(&self, sign: &Sign) -> Sighting {
        self.control().look(sign).await
    }
}

#[cfg(test)]
mod tests {
    use base::tool::Environment;
    use model::profile::K3d;

    use super::*;

    /// A backend without Docker, and the Docker address that its errors name.
    fn without_docker() -> (tempfile::TempDir, K3dBackend, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = camino::Utf8Path::from_path(folder.path()).expect("text");
        let absent = format!("unix://{root}/docker.sock");
        let settings = Settings {
            profile: "k3d".to_owned(),
            cluster: K3d::default(),
            extent: Extent::Topology,
            environment: Environment::of_process().with("DOCKER_HOST", absent.as_str()),
        };
        let backend = K3dBackend::new(settings, Directory::new(root.join("state")), None);
        (folder, backend.expect("creating it asks nothing"), absent)
    }

    #[tokio::test]
    async fn a_failed_look_does_not_end_the_wait_and_gives_the_reason() {
        let (_folder, backend, absent) = without_docker();
        let (names, of) = (&backend.site.names, ResourceId::new);
        for id in [names.network_id(), of(ResourceKind::Deployment, "web")] {
            let Readiness::NotYet(reason) = backend.ready(&id, None).await else {
                panic!("{id}: the wait ended");
            };
            assert!(reason.contains(&absent), "{id}: {reason}");
        }
        for sign in [
            Sign::Back {
                service: ServiceName::new("mysql"),
                replicas: vec!["mysql".to_owned()],
            },
            Sign::Serves {
                namespace: "default".to_owned(),
            },
        ] {
            let Sighting::NotYet(reason) = backend.look(&sign).await else {
                panic!("{sign:?}: the wait ended");
            };
            assert!(reason.contains(&absent), "{sign:?}: {reason}");
        }
    }

    #[tokio::test]
    async fn a_lever_or_a_sign_of_another_place_is_refused() {
        let (_folder, backend, _) = without_docker();
        let restart = Pull::Restart { failover: false };
        let refused = backend
            .pull(&restart)
            .await
            .expect_err("k3d has no such lever");
        assert!(!refused.may_pass && !refused.hints.is_empty(), "{refused}");
        let sign = Sign::Interrupted {
            service: ServiceName::new("mysql"),
            lives: BTreeMap::new(),
        };
        let seen = backend.look(&sign).await;
        assert!(matches!(seen, Sighting::Never(_)), "{seen:?}");
        let start = Pull::Start {
            replicas: vec!["worker-0".to_owned()],
        };
        let refused = backend.pull(&start).await.expect_err("it is a process");
        assert!(!refused.may_pass && !refused.hints.is_empty(), "{refused}");
    }
}
