//! What must be there before anything is made: k3d, images, addresses; and from them the cluster
//! and the objects as they are wanted.

use std::collections::BTreeMap;

use backend::{Fetch, Provision};
use database::{Mysql, SchemaTool};
use docker::{Engine, OWNER};
use kubernetes::{Group, Images, MysqlServer};
use model::plan::ResourceId;
use model::topology::{Run, Topology};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::backend::{Docker, Extent, K3dBackend};
use super::error::Error;
use super::groups;
use super::image::Image;
use super::images;
use super::ports::{self, API, Ports};
use super::site;
use super::tool;
use super::wanted::Wanted;

impl K3dBackend {
    /// Provides everything and says what is wanted.
    pub(super) async fn provide(
        &mut self,
        topology: &Topology,
        provision: Provision<'_>,
    ) -> Result<Wanted, backend::Error> {
        let owner = &self.names().owner;
        if !tool::takes_label(owner) {
            let path = owner.clone();
            return Err(Error::Label { path }.into());
        }
        if provision.fetch == Fetch::Missing {
            self.foresee(topology, provision.cancel).await?;
        }
        let ports = self.assign_ports(topology).await?;
        // The database is prepared while images are pulled and the worker is built.
        let docker = self.docker.take().expect("the ports were assigned by it");
        let Docker { engine, mut mysql } = docker;
        let wanted = self
            .want(topology, ports, &engine, &mut mysql, provision)
            .await;
        self.docker = OnceCell::new_with(Some(Docker { engine, mysql }));
        wanted
    }

    /// Looks, before images are pulled and the worker is built, at what can be seen at once.
    pub async fn foresee(
        &self,
        topology: &Topology,
        cancel: &CancellationToken,
    ) -> Result<(), backend::Error> {
        if self.settings().extent == Extent::Topology {
            let (run, environment) = (topology.worker_run(), &self.settings().environment);
            artifact::foresee_worker_image(run, environment).map_err(Error::from)?;
        }
        self.docker().await?.mysql.foresee(topology).await?;
        let version = self.version(cancel).await?;
        if tool::is_too_old(version) {
            let version = version.to_owned();
            return Err(Error::Old { version }.into());
        }
        Ok(())
    }

    /// The version of k3d.
    async fn version(&self, cancel: &CancellationToken) -> Result<&str, Error> {
        let asked = || async { self.k3d().version(cancel).await.map_err(Error::Use) };
        Ok(self.version.get_or_try_init(asked).await?)
    }

    /// Addresses: what lives keeps its own.
    async fn assign_ports(&self, topology: &Topology) -> Result<Ports, backend::Error> {
        let record = self.record()?;
        let runs = self.first_node_runs().await?;
        let mysql = &self.docker().await?.mysql;
        let mysql = match mysql.address() {
            Some(address) => Some((address, self.database_lives().await?)),
            None => None,
        };
        let cluster = record.as_ref().map(|record| (record, runs));
        let ports = ports::assign(topology, self.state(), cluster, mysql);
        Ok(ports.map_err(Error::from)?)
    }

    async fn want(
        &self,
        topology: &Topology,
        ports: Ports,
        engine: &Engine,
        mysql: &mut Mysql,
        provision: Provision<'_>,
    ) -> Result<Wanted, backend::Error> {
        let node_image = site::node_image(&self.settings().cluster);
        let cluster = self.cluster(&node_image, &ports);
        let own = [node_image, self.tools_image(provision).await?];
        let public = images::references(topology);
        let tools = Images::of(topology, "").admin_tools;
        let stop = provision.cancel.child_token();
        let beside = Provision {
            cancel: &stop,
            ..provision
        };
        let database = Box::pin(mysql.prepare(topology, self.database(tools, &ports), beside));
        let images = Box::pin(async {
            tokio::try_join!(
                images::provide(engine, &own, provision),
                images::provide(engine, &public, provision),
                self.worker(topology, engine, provision),
            )
        });
        let (own, mut images, worker) = both(database, images, &stop).await?;
        let reference = worker.as_ref().map(|worker| worker.reference.clone());
        images.extend(worker);
        let groups = match (self.settings().extent, reference) {
            (Extent::Topology, Some(worker)) => {
                let references = Images::of(topology, &worker);
                self.groups(topology, references, server(mysql)?, &images)
            }
            (Extent::Ground, _) | (_, None) => BTreeMap::new(),
        };
        Ok(Wanted {
            topology: topology.clone(),
            digest: cluster.digest(),
            cluster,
            image: own
                .into_iter()
                .map(|image| image.id)
                .next()
                .unwrap_or_default(),
            ports: ports.cluster,
            images,
            groups,
        })
    }

    /// The image of the worker. One that is made goes to a ground by way of a registry.
    async fn worker(
        &self,
        topology: &Topology,
        engine: &Engine,
        provision: Provision<'_>,
    ) -> Result<Option<Image>, backend::Error> {
        match (self.settings().extent, topology.worker_run()) {
            (Extent::Ground, Run::Build(_) | Run::Command(_)) => Ok(None),
            (Extent::Topology, _) | (_, Run::Image(_)) => self
                .worker_image(topology, engine, provision)
                .await
                .map(Some),
        }
    }

    fn groups(
        &self,
        topology: &Topology,
        references: Images,
        server: MysqlServer,
        images: &[Image],
    ) -> BTreeMap<ResourceId, Group> {
        let site = site::site(&self.settings().profile, references, server);
        let groups = kubernetes::objects(topology, &site).into_iter();
        let groups = groups.map(|group| groups::placed(group, self.names(), images));
        groups.map(|group| (group.id.clone(), group)).collect()
    }

    /// The image of the helper that k3d starts with every cluster, chosen as k3d does.
    async fn tools_image(&self, provision: Provision<'_>) -> Result<String, Error> {
        let environment = &self.settings().environment;
        if let Some(image) = environment.text("K3D_IMAGE_TOOLS") {
            return Ok(image.to_owned());
        }
        let version = self.version(provision.cancel).await?;
        let tag = environment.text("K3D_HELPER_IMAGE_TAG").unwrap_or(version);
        Ok(format!("ghcr.io/k3d-io/k3d-tools:{tag}"))
    }

    fn cluster(&self, image: &str, ports: &Ports) -> tool::Cluster {
        let names = self.names();
        let api = ports.cluster[API].address.port();
        let ways_in = ports
            .cluster
            .iter()
            .filter_map(|(name, listen)| Some((listen.address.port(), ports::node_port(name)?)));
        tool::Cluster {
            name: names.cluster.clone(),
            image: image.to_owned(),
            network: names.network().to_owned(),
            servers: self.settings().cluster.servers,
            agents: self.settings().cluster.agents,
            api,
            ports: ways_in.collect(),
            labels: vec![(OWNER.to_owned(), names.owner.clone())],
        }
    }

    fn database(&self, tools: String, ports: &Ports) -> database::Wanted {
        database::Wanted {
            address: ports.mysql.address,
            network: Some(self.names().network().to_owned()),
            needs: vec![self.names().network_id()],
            schema_tool: SchemaTool::Image(tools),
            schema: false,
        }
    }
}

/// The database as the objects are told of it.
pub(super) fn server(mysql: &Mysql) -> Result<MysqlServer, backend::Error> {
    let access = mysql.access()?;
    Ok(MysqlServer {
        host: mysql.host(),
        port: database::PORT,
        user: access.user,
        password: access.password,
        roots: access.roots,
    })
}

/// Prepares a database while images are provided. If these fail it is stopped and still waited for:
/// it has containers of its own under way, which nobody else would remove.
async fn both<I, E>(
    mut database: impl Future<Output = Result<(), E>> + Unpin,
    mut images: impl Future<Output = Result<I, E>> + Unpin,
    stop: &CancellationToken,
) -> Result<I, E> {
    tokio::select! {
        prepared = &mut database => {
            prepared?;
            images.await
        }
        images = &mut images => {
            if images.is_err() {
                stop.cancel();
            }
            let prepared = database.await;
            let images = images?;
            prepared.map(|()| images)
        }
    }
}
