//! Engine `dev-server`: the Temporal CLI's development server stands for all roles, the database
//! and the web console, in one process with one history shard on SQLite.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::address::{self, Addresses};
use super::launch::{Launch, Listen};
use super::probe::Check;
use super::site::{Draft, Site};
use crate::artifact::Program;
use crate::plan::ResourceId;
use crate::quantity::Duration;
use crate::topology::{Component, Port, Readiness, Service, Topology};

/// The replica that the development server is.
pub(super) const TEMPORAL: &str = "temporal";

/// How long Temporal may take to end after SIGTERM.
const TEMPORAL_GRACE: Duration = Duration::from_secs(10);

/// The programs that the records start.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    /// The Temporal CLI.
    pub(super) temporal: Program,
    /// The worker.
    pub(super) worker: Program,
}

/// The launch records of the whole topology, with addresses assigned.
pub(super) fn launches(
    topology: &Topology,
    site: &Site<'_>,
) -> Result<Vec<Launch>, address::Error> {
    let mut addresses = Addresses::new(site.state);
    for (launch, alive) in site.before.values() {
        if *alive {
            for listen in launch.ports.values() {
                addresses.keep(listen);
            }
        }
    }
    let temporal = temporal(topology, site, &mut addresses)?;
    let frontend = temporal.ports["grpc"].address;
    let mut launches = vec![temporal];
    for service in &topology.services {
        if matches!(service.component, Component::Worker { .. }) {
            for number in 0..service.replicas {
                launches.push(worker(
                    topology,
                    service,
                    number,
                    frontend,
                    site,
                    &mut addresses,
                )?);
            }
        }
    }
    Ok(launches)
}

/// The record of the development server.
fn temporal(
    topology: &Topology,
    site: &Site<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Launch, address::Error> {
    let mut ports = BTreeMap::new();
    for (name, service, pinned) in server_ports(topology) {
        let port = Port { name, pinned };
        let listen = site.listen(addresses, &service, TEMPORAL, &port)?;
        ports.insert(port.name, listen);
    }
    let arguments = server_arguments(
        topology,
        &ports,
        site.state.data().join("temporal.db").as_str(),
    );
    let timeout = topology
        .services
        .iter()
        .filter(|service| matches!(service.component, Component::Temporal(_)))
        .map(|service| service.ready_timeout)
        .max()
        .unwrap_or(Duration::from_secs(60));
    let frontend = ports["grpc"].address;
    Ok(site.record(Draft {
        replica: TEMPORAL.to_owned(),
        services: topology
            .services
            .iter()
            .filter(|service| !matches!(service.component, Component::Worker { .. }))
            .map(|service| service.name.as_str().to_owned())
            .collect(),
        needs: Vec::new(),
        program: &site.programs.temporal,
        arguments,
        environment: BTreeMap::new(),
        ports,
        checks: vec![Check::GrpcServing { address: frontend }],
        ready_timeout: timeout,
        grace: TEMPORAL_GRACE,
    }))
}

/// The command line of the development server.
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
        // A write-ahead log keeps readers and the writer apart, and with it `normal` loses no
        // committed transaction when the process is killed.
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
    for (key, value) in &topology.temporal.dynamic_config {
        arguments.extend([
            "--dynamic-config-value".to_owned(),
            format!("{key}={value}"),
        ]);
    }
    arguments
}

/// The ports of the development server as (name, service, pin): the frontend's own, and the web
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

/// The record of one replica of a worker.
fn worker(
    topology: &Topology,
    service: &Service,
    number: u16,
    frontend: SocketAddr,
    site: &Site<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Launch, address::Error> {
    let Component::Worker {
        task_queue,
        run: _,
        environment: own,
        termination_grace_period,
    } = &service.component
    else {
        unreachable!("only workers are made into worker records");
    };
    let replica = format!("{}-{number}", service.name);
    let mut ports = BTreeMap::new();
    for port in &service.ports {
        // One number can be had once: further replicas get one of their own.
        let pinned = port.pinned.filter(|_| number == 0);
        let port = Port {
            pinned,
            ..port.clone()
        };
        let listen = site.listen(addresses, service.name.as_str(), &replica, &port)?;
        ports.insert(port.name, listen);
    }
    let namespace = topology.main_namespace().to_owned();
    let mut environment = own.clone();
    environment.extend([
        ("TEMPORAL_ADDRESS".to_owned(), frontend.to_string()),
        ("TEMPORAL_NAMESPACE".to_owned(), namespace.clone()),
        ("TEMPORAL_TASK_QUEUE".to_owned(), task_queue.clone()),
    ]);
    if let Some(listen) = ports.get("starter") {
        environment.insert("STARTER_ADDRESS".to_owned(), listen.address.to_string());
    }
    let checks = checks(service, &ports, frontend, &namespace);
    let namespaces = topology.temporal.namespaces.iter();
    Ok(site.record(Draft {
        replica,
        services: vec![service.name.as_str().to_owned()],
        needs: std::iter::once(ResourceId::new("process", TEMPORAL))
            .chain(namespaces.map(|namespace| ResourceId::new("namespace", &namespace.name)))
            .collect(),
        program: &site.programs.worker,
        arguments: Vec::new(),
        environment,
        ports,
        checks,
        ready_timeout: service.ready_timeout,
        grace: *termination_grace_period,
    }))
}

/// What must hold of a replica, with its addresses filled in.
fn checks(
    service: &Service,
    ports: &BTreeMap<String, Listen>,
    frontend: SocketAddr,
    namespace: &str,
) -> Vec<Check> {
    let checks = service
        .readiness
        .iter()
        .filter_map(|readiness| match readiness {
            Readiness::TcpAccepts { port } => ports.get(port).map(|listen| Check::TcpAccepts {
                address: listen.address,
            }),
            Readiness::GrpcServing { port } => ports.get(port).map(|listen| Check::GrpcServing {
                address: listen.address,
            }),
            Readiness::HttpOk { port, path } => ports.get(port).map(|listen| Check::HttpOk {
                url: format!("http://{}{path}", listen.address),
            }),
            Readiness::TaskQueuePolled { task_queue } => Some(Check::TaskQueuePolled {
                frontend,
                namespace: namespace.to_owned(),
                task_queue: task_queue.clone(),
            }),
        });
    checks.collect()
}
