//! Engine `server` prepared: the database and the web console beside the processes, and what the
//! processes have to know of them.

use std::net::SocketAddr;
use std::time::Duration;

use artifact::Program;
use backend::state::Directory;
use backend::{Fetch, Provision};
use base::file::write_atomically;
use base::tool::{self, Environment, Family, Tool};
use camino::{Utf8Path, Utf8PathBuf};
use database::{SchemaTool, Wanted};
use docker::Status;
use model::plan::ResourceId;
use model::topology::{Component, Digest, Port, Topology, dynamic_config_text};
use tokio_util::sync::CancellationToken;

use super::backend::ProcessBackend;
use super::console::{Console, WEB};
use super::containers::MYSQL;
use super::error::Error;
use super::launch::Launch;
use super::server::{self, Store};
use super::site::{SecretFile, Site};
use crate::address::{Addresses, Listen};

/// How long the server may take to judge its dynamic configuration.
const VALIDATE: Duration = Duration::from_secs(30);

impl ProcessBackend {
    /// Looks, before programs are fetched or built, at what can be seen at once: whether Docker
    /// answers, whether the database can be what the profile asks for, whether pinned ports are free.
    pub(super) async fn foresee_server(
        &self,
        topology: &Topology,
        site: &Site<'_>,
    ) -> Result<(), Error> {
        self.containers().mysql().await?.foresee(topology).await?;
        let mut addresses = site.addresses();
        let store = Store {
            address: self.database_address(site, &mut addresses).await?,
            user: String::new(),
            password: SecretFile {
                path: Utf8PathBuf::new(),
                content: Digest::of_bytes(&[]),
            },
            roots: None,
            needs: Vec::new(),
        };
        server::launches(topology, &store, Utf8Path::new(""), site, &mut addresses)?;
        self.console_address(topology, site, &mut addresses).await?;
        Ok(())
    }

    /// The launch records of engine `server`, with its containers prepared.
    pub(super) async fn provide_server(
        &mut self,
        topology: &Topology,
        site: &Site<'_>,
        sql_tool: Program,
        provision: Provision<'_>,
    ) -> Result<Vec<Launch>, Error> {
        let mut addresses = site.addresses();
        let address = self.database_address(site, &mut addresses).await?;
        let wanted = Wanted {
            address,
            network: None,
            needs: Vec::new(),
            schema_tool: SchemaTool::Program(sql_tool),
            schema: true,
        };
        let mysql = self.containers_mut().mysql_mut().await?;
        mysql.prepare(topology, wanted, provision).await?;
        let access = mysql.access()?;
        let store = Store {
            address,
            user: access.user,
            password: SecretFile {
                path: mysql.password_file(),
                content: Digest::of_bytes(access.password.reveal().as_bytes()),
            },
            roots: mysql.roots_file().map(|roots| site.within_state(&roots)),
            needs: vec![database::container_id(), database::schema_id()],
        };
        let dynamic_config = dynamic_config(topology, site.state, provision.fetch)?;
        if provision.fetch == Fetch::Missing && !topology.temporal.dynamic_config.is_empty() {
            let environment = &self.settings().environment;
            let server = &site.programs.temporal;
            validate(server, &dynamic_config, environment, provision.cancel).await?;
        }
        let dynamic_config = site.within_state(&dynamic_config);
        let launches = server::launches(topology, &store, &dynamic_config, site, &mut addresses)?;
        self.provide_console(topology, &launches, site, &mut addresses, provision)
            .await?;
        Ok(launches)
    }

    /// Where the database listens: where it does, if it runs, or where it did, if that is free.
    async fn database_address(
        &self,
        site: &Site<'_>,
        addresses: &mut Addresses<'_>,
    ) -> Result<SocketAddr, Error> {
        let before = self
            .containers()
            .address()
            .map(|address| listen(MYSQL, address));
        let holds = match &before {
            Some(_) => self.containers().mysql().await?.has_address().await?,
            None => false,
        };
        let port = Port {
            name: MYSQL.to_owned(),
            pinned: None,
        };
        let before = before.as_ref().map(|listen| (listen, holds));
        let assigned = addresses.listen(MYSQL, MYSQL, &port, before)?;
        debug_assert!(site.before.get(MYSQL).is_none(), "no process has that name");
        Ok(assigned.address)
    }

    async fn provide_console(
        &mut self,
        topology: &Topology,
        launches: &[Launch],
        site: &Site<'_>,
        addresses: &mut Addresses<'_>,
        provision: Provision<'_>,
    ) -> Result<(), Error> {
        let Some(listen) = self.console_address(topology, site, addresses).await? else {
            return Ok(());
        };
        let frontend = launches.iter().find(|it| it.replica == server::FRONTEND);
        let frontend = frontend.expect("every topology has a frontend");
        let engine = self.containers().engine().await?.clone();
        let name = self.containers().mysql().await?.sibling(WEB);
        let needs: Vec<ResourceId> = vec![frontend.id()];
        let grpc = frontend.ports["grpc"].address;
        let console =
            Console::provide(topology, name, listen, grpc, needs, &engine, provision).await?;
        self.containers_mut().console = console;
        Ok(())
    }

    /// Where the web console listens, if there is one.
    async fn console_address(
        &self,
        topology: &Topology,
        site: &Site<'_>,
        addresses: &mut Addresses<'_>,
    ) -> Result<Option<Listen>, Error> {
        let web = topology.services.iter();
        let web = web.filter(|it| matches!(it.component, Component::Web { .. }));
        let Some(port) = web.flat_map(|it| &it.ports).next() else {
            return Ok(None);
        };
        let before = Console::read(site.state);
        let runs = match &before {
            Some(console) => {
                let engine = self.containers().engine().await?;
                let container = engine.container(console.container()).await?;
                container.is_some_and(|container| container.status == Status::Running)
            }
            None => false,
        };
        let before = before.as_ref().map(|console| (&console.listen, runs));
        Ok(Some(addresses.listen(WEB, WEB, port, before)?))
    }
}

/// Has the server judge its dynamic configuration. It only warns of a key that it does not know and
/// of a value of the wrong type, and goes on without: nobody means that.
async fn validate(
    server: &Program,
    file: &Utf8Path,
    environment: &Environment,
    cancel: &CancellationToken,
) -> Result<(), Error> {
    let ran = async {
        let tool = Tool::new(
            server.path.as_str(),
            Family::Temporal,
            environment,
            VALIDATE,
        )?;
        let tool = tool.arguments(["validate-dynamic-config", file.as_str()]);
        tool.output(cancel).await
    };
    let said = match ran.await {
        Ok(output) => output.output,
        Err(error @ tool::Error::Run { .. }) => error.said(),
        Err(error) => return Err(Error::Validate(error)),
    };
    match complaints(&said) {
        complaints if complaints.is_empty() => Ok(()),
        complaints => Err(Error::DynamicConfig {
            reason: complaints.join("; "),
        }),
    }
}

/// What it complains of, each in a line: `  warning: unregistered key "frontend.rsp"`.
fn complaints(said: &str) -> Vec<String> {
    let lines = said.lines().map(str::trim_start);
    let complaints = lines.filter_map(|line| {
        let error = line.strip_prefix("error: ");
        error.or_else(|| line.strip_prefix("warning: "))
    });
    complaints.map(str::to_owned).collect()
}

fn listen(service: &str, address: SocketAddr) -> Listen {
    Listen {
        service: service.to_owned(),
        address,
        wanted: None,
    }
}

/// The file with the dynamic configuration, always there, as the server does not start without.
/// Its name follows from its content: another content replaces the processes.
fn dynamic_config(
    topology: &Topology,
    state: &Directory,
    fetch: Fetch,
) -> Result<Utf8PathBuf, Error> {
    let text = dynamic_config_text(&topology.temporal.dynamic_config);
    let digest = Digest::of_bytes(text.as_bytes());
    let path = state
        .data()
        .join(format!("dynamic-config-{}.yaml", digest.short()));
    if fetch == Fetch::Missing {
        let written = write_atomically(&path, text.as_bytes());
        written.map_err(|source| Error::Records {
            path: path.clone(),
            source,
        })?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_complains_of_is_read_and_nothing_else() {
        let said = "/a/dynamic-config.yaml\n  warning: unregistered key \"frontend.rsp\"\n  error: yaml: line 2\n";
        let complaints = complaints(said);
        insta::assert_snapshot!(complaints.join("; "), @r#"unregistered key "frontend.rsp"; yaml: line 2"#);
        assert!(super::complaints("/a/dynamic-config.yaml\n").is_empty());
    }
}
