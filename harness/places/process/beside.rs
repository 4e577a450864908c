//! Engine `server` prepared: the database and the web console beside the processes, and what the
//! processes have to know of them.

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

/// A topology of engine `server` that is about to be prepared.
pub(super) struct Beside<'a> {
    pub(super) topology: &'a Topology,
    pub(super) docker: &'a Connected,
    pub(super) environment: &'a Environment,
}

impl Beside<'_> {
    /// Looks, before programs are fetched or built, at what can be seen at once: whether the database
    /// can be what the profile asks for, whether pinned ports are free.
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

    /// What all of it is made of, with images provided and addresses assigned.
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
        Ok(Parts::of_processes(topology, launches).beside(database, console))
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

    /// The database as the processes are told of it.
    fn store(
        &self,
        address: SocketAddr,
        database: &database::Prepared,
        maker: &LaunchMaker<'_>,
    ) -> Store {
        let access = database.access();
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

    /// The file with the dynamic configuration, as the processes are told of it.
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

    /// Where the database listens: where it does, if it runs, or where it did, if that is free.
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
        let holds = before.is_some() && self.docker.mysql.has_address().await?;
        let port = Port {
            name: MYSQL.to_owned(),
            pinned: None,
        };
        let before = before.as_ref().map(|listen| (listen, holds));
        Ok(addresses.listen(MYSQL, MYSQL, &port, before)?.address)
    }

    /// The web console that the topology asks for.
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

    /// Where the web console listens.
    async fn console_address(
        &self,
        wanted: &WantedConsole<'_>,
        maker: &LaunchMaker<'_>,
        addresses: &mut Addresses<'_>,
    ) -> Result<Listen, Error> {
        let before = Console::read(maker.state);
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
            name: self.docker.mysql.sibling(WEB),
            image: self.docker.web.image(wanted.version, provision).await?,
            listen,
            frontend: frontend.ports["grpc"].address,
            needs: vec![frontend.id()],
            ready_timeout: wanted.ready_timeout,
        })
    }
}

/// What a topology says of its web console.
struct WantedConsole<'a> {
    version: &'a str,
    port: &'a Port,
    ready_timeout: quantity::Duration,
}
