//! Prepares a topology: checks k3d, provides images, assigns addresses, and derives the desired
//! cluster and objects.

use std::collections::BTreeMap;

use backend::namespaces::Namespaces;
use backend::{Fetch, Provision, WorkerSecrets};
use database::{Prepared, SchemaTool};
use docker::OWNER;
use kubernetes::{Group, Images, MysqlServer};
use model::plan::ResourceId;
use model::topology::{ServiceName, Topology, WorkerBuilds};
use tokio_util::sync::CancellationToken;

use super::container_host::ContainerHost;
use super::error::Error;
use super::foresee::foresee;
use super::image::{self, Image};
use super::nodes::{Wanted, node_image};
use super::parts::Parts;
use super::ports::{self, API, Ports};
use super::record::ClusterRecord;
use super::settings::Extent;
use super::site::Site;
use super::{groups, objects, tool, worker};

#[derive(Clone, Copy)]
pub(super) struct Preparation<'a> {
    pub(super) containers: &'a ContainerHost,
    pub(super) topology: &'a Topology,
    pub(super) provision: Provision<'a>,
}

impl Preparation<'_> {
    /// Provides everything.
    pub(super) async fn parts(self) -> Result<Parts, backend::Error> {
        let owner = &self.site().names.owner;
        if !tool::takes_label(owner) {
            let path = owner.clone();
            return Err(Error::Label { path }.into());
        }
        if self.provision.fetch == Fetch::Missing {
            foresee(self.site(), self.topology, self.provision.cancel).await?;
        }
        let secrets = self.secrets()?;
        let ports = self.ports().await?;
        let node_image = node_image(&self.site().settings.cluster);
        let cluster = self.cluster(&node_image, &ports);
        let own = [node_image, self.tools_image().await?];
        // The database is prepared while images are pulled and the worker is built.
        let stop = self.provision.cancel.child_token();
        let database = Box::pin(self.database(&ports, &stop));
        let images = Box::pin(self.images(&own));
        let (database, images) = both(database, images, &stop).await?;
        let server = self.server(&database).await?;
        let (workers, builds) = images.workers.unzip();
        let groups = match workers {
            Some(workers) if self.site().settings.extent == Extent::Topology => {
                let references = Images::of(self.topology, workers);
                self.groups((references, secrets), server.clone(), &images.all)
            }
            _ => BTreeMap::new(),
        };
        Ok(Parts {
            topology: self.topology.clone(),
            cluster: Wanted {
                cluster,
                image: images.node,
                ports: ports.cluster,
            },
            images: images.all,
            workers: builds.unwrap_or_default(),
            database,
            server,
            groups,
            namespaces: self.namespaces(),
            cancel: self.provision.cancel.clone(),
        })
    }

    /// The secrets of the workers. Infrastructure alone has no workers.
    fn secrets(self) -> Result<WorkerSecrets, backend::Error> {
        let environment = &self.site().settings.environment;
        match self.site().settings.extent {
            Extent::Topology => WorkerSecrets::read(self.topology, environment),
            Extent::Infrastructure => Ok(WorkerSecrets::default()),
        }
    }

    /// The addresses. A living cluster or database keeps its own.
    async fn ports(self) -> Result<Ports, backend::Error> {
        // Without Docker nothing works here, so its error comes first.
        self.site().engine().await?;
        let state = &self.site().state;
        let record = ClusterRecord::read(state)?.damaged_as_none();
        let runs = self.containers.nodes.first_runs().await?;
        let mysql = match database::address(state) {
            Some(address) => Some((address, self.containers.database_lives().await?)),
            None => None,
        };
        let cluster = record.as_ref().map(|record| (record, runs));
        let ports = ports::assign(self.topology, state, cluster, mysql);
        Ok(ports.map_err(Error::from)?)
    }

    async fn database(
        self,
        ports: &Ports,
        cancel: &CancellationToken,
    ) -> Result<Prepared, backend::Error> {
        let names = &self.site().names;
        let wanted = database::Wanted {
            address: ports.mysql.address,
            network: Some(names.network().to_owned()),
            needs: vec![names.network_id()],
            schema_tool: SchemaTool::Image(Images::of(self.topology, BTreeMap::new()).admin_tools),
            schema: false,
        };
        let provision = Provision {
            cancel,
            ..self.provision
        };
        let mysql = self.site().mysql().await?;
        mysql.prepare(self.topology, wanted, provision).await
    }

    /// The database, in the terms of the objects.
    async fn server(self, prepared: &Prepared) -> Result<MysqlServer, backend::Error> {
        let access = prepared.connect_options();
        Ok(MysqlServer {
            host: self.site().mysql().await?.names().host(),
            port: database::PORT,
            user: access.user,
            password: access.password,
            roots: access.roots,
        })
    }

    /// The images of the cluster itself, and those that its nodes need.
    async fn images(self, own: &[String]) -> Result<Provided, backend::Error> {
        let engine = self.site().engine().await?;
        let public = image::references(self.topology);
        let (own, mut all, workers) = tokio::try_join!(
            image::provide(engine, own, self.provision),
            image::provide(engine, &public, self.provision),
            worker::images(self.site(), self.topology, engine, self.provision),
        )?;
        let workers = workers.map(|workers| {
            all.extend(workers.images);
            (workers.references, workers.builds)
        });
        let node = own.into_iter().map(|image| image.id).next();
        Ok(Provided {
            node: node.unwrap_or_default(),
            all,
            workers,
        })
    }

    fn groups(
        self,
        (references, secrets): (Images, WorkerSecrets),
        server: MysqlServer,
        images: &[Image],
    ) -> BTreeMap<ResourceId, Group> {
        let Site {
            names, settings, ..
        } = self.site();
        let site = objects::site(&settings.profile, references, server, secrets);
        let groups = kubernetes::objects(self.topology, &site).into_iter();
        let groups = groups.map(|group| groups::with_needs(group, names, images));
        groups.map(|group| (group.id.clone(), group)).collect()
    }

    /// The namespaces. Infrastructure alone has no frontend to create them with.
    fn namespaces(self) -> Namespaces {
        match self.site().settings.extent {
            Extent::Topology => Namespaces::of(self.topology, kubernetes::serving()),
            Extent::Infrastructure => Namespaces::default(),
        }
    }

    /// The image of the helper that k3d starts with every cluster, chosen by k3d's own rules.
    async fn tools_image(self) -> Result<String, Error> {
        let environment = &self.site().settings.environment;
        if let Some(image) = environment.text("K3D_IMAGE_TOOLS") {
            return Ok(image.to_owned());
        }
        let version = self.site().k3d_version(self.provision.cancel).await?;
        let tag = environment.text("K3D_HELPER_IMAGE_TAG").unwrap_or(version);
        Ok(format!("ghcr.io/k3d-io/k3d-tools:{tag}"))
    }

    fn cluster(self, image: &str, ports: &Ports) -> tool::Cluster {
        let Site {
            names, settings, ..
        } = self.site();
        let api = ports.cluster[API].address.port();
        let service_ports = ports
            .cluster
            .iter()
            .filter_map(|(name, listen)| Some((listen.address.port(), ports::node_port(name)?)));
        tool::Cluster {
            name: names.cluster.clone(),
            image: image.to_owned(),
            network: names.network().to_owned(),
            servers: settings.cluster.servers,
            agents: settings.cluster.agents,
            api,
            ports: service_ports.collect(),
            labels: vec![(OWNER.to_owned(), names.owner.clone())],
        }
    }
}

impl<'a> Preparation<'a> {
    fn site(self) -> &'a Site {
        &self.containers.nodes.site
    }
}

struct Provided {
    /// The id of the nodes' image.
    node: String,
    /// The images that the nodes need.
    all: Vec<Image>,
    /// The references of the workers' images among them, and the builds in them.
    workers: Option<(BTreeMap<ServiceName, String>, WorkerBuilds)>,
}

/// Prepares the database while images are provided. If the images fail, the database is stopped and
/// still awaited: it has running containers that nothing else would remove.
async fn both<D, I, E>(
    mut database: impl Future<Output = Result<D, E>> + Unpin,
    mut images: impl Future<Output = Result<I, E>> + Unpin,
    stop: &CancellationToken,
) -> Result<(D, I), E> {
    tokio::select! {
        prepared = &mut database => {
            let prepared = prepared?;
            images.await.map(|images| (prepared, images))
        }
        images = &mut images => {
            if images.is_err() {
                stop.cancel();
            }
            let prepared = database.await;
            let images = images?;
            prepared.map(|prepared| (prepared, images))
        }
    }
}
