//! Prepares engine `server`: the database and the web console beside the processes, and their facts
//! that the processes need.

use std::net::SocketAddr;

use artifact::Program;
use backend::{Fetch, Provision};
use base::tool::Environment;
use camino::{Utf8Path, Utf8PathBuf};
use database::{SchemaTool, Wanted};
use docker::Status;
use model::quantity;
use model::topology::{Component, Digest, Port, Topology};

use super::console::{Console, WEB};
use super::docker_site::{Connected, MYSQL};
use super::dynamic_config;
use super::error::Error;
use super::launch::Launch;
use super::launch_maker::{LaunchMaker, SecretFile};
use super::names::FRONTEND;
use super::parts::Parts;
use super::server::{self, Store};
use crate::address::{Addresses, Listen};

/// A topology of engine `server` to prepare.
pub(super) struct ServerPreparation<'a> {
    pub(super) topology: &'a Topology,
    pub(super) docker: &'a Connected,
    pub(super) environment: &'a Environment,
}

impl ServerPreparation<'_> {
    /// Checks what is known at once, before programs are fetched or built: whether the database can
    /// satisfy the profile, and whether pinned ports are free.
    pub(super) async fn foresee(&self, maker: &LaunchMaker<'_>) -> Result<(), Error> {
        self.docker.mysql.foresee(self.topology).await?;
        let mut addresses = maker.addresses();
        let store = Store {
            address: self.database_address(maker, &mut addresses).await?,
            user: String::new(),
            password: SecretFile {
                path: Utf8PathBuf::new(),
                content: Digest::of_bytes(&[]),
            },
            roots: None,
            needs: Vec::new(),
        };
        let no_file = Utf8Path::new("");
        server::launches(self.topology, &store, no_file, maker, &mut addresses)?;
        if let Some(wanted) = self.wanted_console() {
            self.console_address(&wanted, maker, &mut addresses).await?;
        }
        Ok(())
    }

    /// The parts of the topology. Provides images and assigns addresses.
    pub(super) async fn prepare(
        &self,
        maker: &LaunchMaker<'_>,
        sql_tool: Program,
        provision: Provision<'_>,
    ) -> Result<Parts, Error> {
        let topology = self.topology;
        let mut addresses = maker.addresses();
        let address = self.database_address(maker, &mut addresses).await?;
        let database = self.database(address, sql_tool, provision).await?;
        let store = self.store(address, &database, maker);
        let dynamic_config = self.dynamic_config(maker, provision).await?;
        let launches = server::launches(topology, &store, &dynamic_config, maker, &mut addresses)?;
        let console = match self.wanted_console() {
            Some(wanted) => {
                let listen = self.console_address(&wanted, maker, &mut addresses).await?;
                Some(self.console(&wanted, listen, &launches, provision).await?)
            }
            None => None,
        };
        Ok(Parts::of_processes(topology, launches).with_containers(database, console))
    }

    async fn database(
        &self,
        address: SocketAddr,
        sql_tool: Program,
        provision: Provision<'_>,
    ) -> Result<database::Prepared, Error> {
        let wanted = Wanted {
            address,
            network: None,
            needs: Vec::new(),
            schema_tool: SchemaTool::Program(sql_tool),
            schema: true,
        };
        let prepared = self.docker.mysql.prepare(self.topology, wanted, provision);
        Ok(prepared.await?)
    }

    /// The database, in the terms of the processes.
    fn store(
        &self,
        address: SocketAddr,
        database: &database::Prepared,
        maker: &LaunchMaker<'_>,
    ) -> Store {
        let access = database.connect_options();
        let roots = database.roots_file();
        Store {
            address,
            user: access.user,
            password: SecretFile {
                path: self.docker.mysql.password_file(),
                content: Digest::of_bytes(access.password.reveal().as_bytes()),
            },
            roots: roots.map(|roots| maker.within_state(roots)),
            needs: vec![database::container_id(), database::schema_id()],
        }
    }

    /// The path of the dynamic configuration, for the processes.
    async fn dynamic_config(
        &self,
        maker: &LaunchMaker<'_>,
        provision: Provision<'_>,
    ) -> Result<Utf8PathBuf, Error> {
        let file = dynamic_config::file(self.topology, maker.state, provision.fetch)?;
        let is_empty = self.topology.temporal.dynamic_config.is_empty();
        if provision.fetch == Fetch::Missing && !is_empty {
            let server = &maker.programs.temporal;
            dynamic_config::validate(server, &file, self.environment, provision.cancel).await?;
        }
        Ok(maker.within_state(&file))
    }

    /// The address of the database: its current one if it runs, or its earlier one if that is free.
    async fn database_address(
        &self,
        maker: &LaunchMaker<'_>,
        addresses: &mut Addresses<'_>,
    ) -> Result<SocketAddr, Error> {
        let before = database::address(maker.state).map(|address| Listen {
            service: MYSQL.to_owned(),
            address,
            wanted: None,
        });
        let holds = before.is_some() && self.docker.mysql.container().has_address().await?;
        let port = Port {
            name: MYSQL.to_owned(),
            pinned: None,
        };
        let before = before.as_ref().map(|listen| (listen, holds));
        Ok(addresses.listen(MYSQL, MYSQL, &port, before)?.address)
    }

    /// The web console that the topology requests.
    fn wanted_console(&self) -> Option<WantedConsole<'_>> {
        let mut services = self.topology.services.iter();
        services.find_map(|service| match &service.component {
            Component::Web { version } => Some(WantedConsole {
                version,
                port: service.ports.first()?,
                ready_timeout: service.ready_timeout,
            }),
            _ => None,
        })
    }

    /// The address of the web console.
    async fn console_address(
        &self,
        wanted: &WantedConsole<'_>,
        maker: &LaunchMaker<'_>,
        addresses: &mut Addresses<'_>,
    ) -> Result<Listen, Error> {
        let before = Console::read(maker.state)?.damaged_as_none();
        let runs = match &before {
            Some(console) => self.docker.web.status(console).await? == Some(Status::Running),
            None => false,
        };
        let before = before.as_ref().map(|console| (&console.listen, runs));
        Ok(addresses.listen(WEB, WEB, wanted.port, before)?)
    }

    async fn console(
        &self,
        wanted: &WantedConsole<'_>,
        listen: Listen,
        launches: &[Launch],
        provision: Provision<'_>,
    ) -> Result<Console, Error> {
        let mut launches = launches.iter();
        let frontend = launches.find(|launch| launch.replica == FRONTEND);
        let frontend = frontend.expect("every topology has a frontend");
        Ok(Console {
            name: self.docker.mysql.names().sibling(WEB),
            image: self.docker.web.image(wanted.version, provision).await?,
            listen,
            frontend: frontend.ports["grpc"].address,
            needs: vec![frontend.id()],
            ready_timeout: wanted.ready_timeout,
        })
    }
}

/// The web console in a topology.
struct WantedConsole<'a> {
    version: &'a str,
    port: &'a Port,
    ready_timeout: quantity::Duration,
}
