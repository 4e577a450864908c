//! Engine `dev-server`: the Temporal CLI's development server runs all roles, the database and the
//! web console in one process, with one history shard on SQLite.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use model::quantity::Duration;
use model::topology::{Component, Port, Topology};

use super::error::Error;
use super::gateway::Gateway;
use super::launch::Launch;
use super::launch_maker::{Draft, LaunchMaker, Owner};
use super::names::TEMPORAL;
use super::probe::Check;
use super::worker;
use crate::address::{Addresses, Listen};

/// How long Temporal may take to end after SIGTERM.
const TEMPORAL_GRACE: Duration = Duration::from_secs(10);

/// The file with the data of the development server.
const DATABASE: &str = "temporal.db";

/// The longest path of a database that SQLite opens, in bytes, relative or absolute. From its
/// `MAX_PATHNAME` (512, in `os_unix.c`) it reserves 8 for the journal (`pager.c`).
const LONGEST_DATABASE: usize = 504;

/// The launch records of the whole topology, with addresses assigned.
pub(super) fn launches(topology: &Topology, maker: &LaunchMaker<'_>) -> Result<Vec<Launch>, Error> {
    let mut addresses = maker.addresses();
    let temporal = temporal(topology, maker, &mut addresses)?;
    let frontend = temporal.ports["grpc"].address;
    let needs = [temporal.id()];
    let mut launches = vec![temporal];
    launches.extend(worker::launches(
        topology,
        &Gateway::Here(frontend),
        &needs,
        maker,
        &mut addresses,
    )?);
    Ok(launches)
}

/// The launch record of the development server.
fn temporal(
    topology: &Topology,
    maker: &LaunchMaker<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Launch, Error> {
    let database = database(maker)?;
    let mut ports = BTreeMap::new();
    for (name, service, pinned) in server_ports(topology) {
        let port = Port { name, pinned };
        let listen = maker.listen(addresses, &service, TEMPORAL, &port)?;
        ports.insert(port.name, listen);
    }
    let arguments = server_arguments(topology, &ports, database.as_str());
    let timeout = topology
        .services
        .iter()
        .filter(|service| matches!(service.component, Component::Temporal(_)))
        .map(|service| service.ready_timeout)
        .max()
        .unwrap_or(Duration::from_secs(60));
    let frontend = ports["grpc"].address;
    Ok(maker.record(Draft {
        replica: TEMPORAL.to_owned(),
        owner: Owner::Harness,
        services: topology
            .services
            .iter()
            .filter(|service| !matches!(service.component, Component::Worker { .. }))
            .map(|service| service.name.as_str().to_owned())
            .collect(),
        needs: Vec::new(),
        program: &maker.programs.temporal,
        arguments,
        environment: BTreeMap::new(),
        secrets: BTreeMap::new(),
        borrowed: BTreeMap::new(),
        content: None,
        ports,
        checks: vec![Check::GrpcServing { address: frontend }],
        ready_timeout: timeout,
        grace: TEMPORAL_GRACE,
    }))
}

/// The path of the database relative to the state folder, where the development server runs. The
/// server puts it into a URI, `file:PATH?...`, without escaping, and later looks for the file by
/// the same path. A `#`, `?` or `%` in an absolute path would make SQLite open another file
/// (`buildDSN` in `common/persistence/sql/sqlplugin/sqlite/plugin.go` of the server's source).
fn database(maker: &LaunchMaker<'_>) -> Result<Utf8PathBuf, Error> {
    let path = maker.state.data().join(DATABASE);
    if path.as_str().len() > LONGEST_DATABASE {
        return Err(Error::DatabasePath {
            path,
            longest: LONGEST_DATABASE,
        });
    }
    Ok(maker.within_state(&path))
}

fn server_arguments(
    topology: &Topology,
    ports: &BTreeMap<String, Listen>,
    database: &str,
) -> Vec<String> {
    let number = |name: &str| ports[name].address.port().to_string();
    let mut arguments: Vec<String> = [
        "server",
        "start-dev",
        "--ip",
        "127.0.0.1",
        "--port",
        &number("grpc"),
        "--http-port",
        &number("http"),
        "--metrics-port",
        &number("metrics"),
        "--ui-port",
        &number("web"),
        "--ui-disable-news-fetch",
        "--db-filename",
        database,
        // With a write-ahead log, readers do not block the writer, and `normal` loses no committed
        // transaction when the process is killed.
        "--sqlite-pragma",
        "journal_mode=wal",
        "--sqlite-pragma",
        "synchronous=normal",
        "--log-level",
        "warn",
        "--log-format",
        "json",
        "--color",
        "never",
    ]
    .map(str::to_owned)
    .to_vec();
    for (key, setting) in &topology.temporal.dynamic_config {
        // The option accepts no conditions. Profiles with conditions are refused for this engine.
        if let Some(value) = setting.only() {
            let option = "--dynamic-config-value".to_owned();
            arguments.extend([option, format!("{key}={value}")]);
        }
    }
    arguments
}

/// The ports of the development server as (name, service, pin): the frontend's, and the web
/// console's under the name `web`.
fn server_ports(topology: &Topology) -> Vec<(String, String, Option<u16>)> {
    let pin = |wanted: fn(&Component) -> bool, port: &str| {
        let service = topology
            .services
            .iter()
            .find(|service| wanted(&service.component));
        let port =
            service.and_then(|service| service.ports.iter().find(|found| found.name == port));
        port.and_then(|port| port.pinned)
    };
    let frontend = |component: &Component| matches!(component, Component::Temporal(role) if role == "frontend");
    let web = |component: &Component| matches!(component, Component::Web { .. });
    [
        ("grpc", "temporal-frontend", pin(frontend, "grpc")),
        ("http", "temporal-frontend", pin(frontend, "http")),
        ("metrics", "temporal-frontend", pin(frontend, "metrics")),
        ("web", "web", pin(web, "http")),
    ]
    .map(|(name, service, pinned)| (name.to_owned(), service.to_owned(), pinned))
    .to_vec()
}
