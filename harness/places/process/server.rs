//! Engine `server`: the released server, with one process for each role and replica, on MySQL.
//!
//! The processes are configured by the variables of the configuration template in the server's
//! executable (`common/config/config_template_embedded.yaml` in its source).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use backend::server_environment::ServerEnvironment;
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::{ResourceId, ResourceKind};
use model::quantity::Duration;
use model::topology::{Component, Service, Topology};

use super::gateway::Gateway;
use super::launch::Launch;
use super::launch_maker::{Draft, LaunchMaker, Owner, SecretFile};
use super::names::FRONTEND;
use super::probe::Check;
use super::worker;
use crate::address::{self, Addresses, Listen};

/// How long a process may take to hand over its shards and end after SIGTERM.
const GRACE: Duration = Duration::from_secs(20);

/// The replica that starts before all others. Each process stores the cluster's metadata unless the
/// database already has it with the same addresses. If two processes do so at once, one fails
/// (`ApplyClusterMetadataConfigProvider` in `temporal/fx.go` of the server's source).
const FIRST: &str = "temporal-history-0";

/// The database, in the terms of the processes.
#[derive(Debug, Clone)]
pub(super) struct Store {
    pub(super) address: SocketAddr,
    pub(super) user: String,
    pub(super) password: SecretFile,
    /// The file with the CA certificates for the database's TLS, relative to the state folder.
    pub(super) roots: Option<Utf8PathBuf>,
    /// What must be ready before a process can start. It is removed after the process.
    pub(super) needs: Vec<ResourceId>,
}

/// One replica of a role, with its addresses.
struct Replica<'a> {
    service: &'a Service,
    role: &'a str,
    name: String,
    ports: BTreeMap<String, Listen>,
}

/// The launch records of the whole topology, with addresses assigned. `dynamic_config` is relative
/// to the state folder.
pub(super) fn launches(
    topology: &Topology,
    store: &Store,
    dynamic_config: &Utf8Path,
    maker: &LaunchMaker<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Vec<Launch>, address::Error> {
    let replicas = replicas(topology, maker, addresses)?;
    let frontend = replicas.iter().find(|replica| replica.name == FRONTEND);
    let frontend = frontend.expect("every topology has a frontend");
    let (grpc, http) = (
        frontend.ports["grpc"].address,
        frontend.ports["http"].address,
    );
    let shared = shared(topology, store, dynamic_config, grpc, http);
    let mut launches: Vec<Launch> = replicas
        .iter()
        .map(|replica| launch(replica, store, &shared, maker))
        .collect();
    let serving = launches.iter().filter(|launch| serves(launch));
    let temporal: Vec<ResourceId> = serving.map(Launch::id).collect();
    let workers = worker::launches(topology, &Gateway::Here(grpc), &temporal, maker, addresses)?;
    launches.extend(workers);
    Ok(launches)
}

/// Whether workflows cannot progress without this process.
pub(super) fn serves(launch: &Launch) -> bool {
    let services = ["temporal-frontend", "temporal-history", "temporal-matching"];
    let is = |service: &String| services.contains(&service.as_str());
    launch.services.iter().any(is)
}

/// Every replica of every role. Only the first replica of a role gets a pinned port.
fn replicas<'a>(
    topology: &'a Topology,
    maker: &LaunchMaker<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Vec<Replica<'a>>, address::Error> {
    let mut replicas = Vec::new();
    for service in &topology.services {
        let Component::Temporal(role) = &service.component else {
            continue;
        };
        for number in 0..service.replicas {
            let name = service.replica(number);
            let ports = maker.listen_all(addresses, service, number, &name)?;
            replicas.push(Replica {
                service,
                role,
                name,
                ports,
            });
        }
    }
    Ok(replicas)
}

/// The variables that all processes share.
fn shared(
    topology: &Topology,
    store: &Store,
    dynamic_config: &Utf8Path,
    grpc: SocketAddr,
    http: SocketAddr,
) -> BTreeMap<String, String> {
    let environment = ServerEnvironment {
        topology,
        mysql_host: &store.address.ip().to_string(),
        mysql_port: store.address.port(),
        mysql_user: &store.user,
        roots: store.roots.as_ref().map(ToString::to_string),
        dynamic_config: dynamic_config.to_string(),
        // By default, the frontend's port is that of the process itself; here each process has its
        // own.
        grpc: grpc.to_string(),
        http: http.to_string(),
    };
    let mut shared = environment.variables();
    shared.extend([
        ("BIND_ON_IP", "127.0.0.1".to_owned()),
        ("TEMPORAL_BROADCAST_ADDRESS", "127.0.0.1".to_owned()),
    ]);
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    shared.into_iter().map(owned).collect()
}

fn launch(
    replica: &Replica<'_>,
    store: &Store,
    shared: &BTreeMap<String, String>,
    maker: &LaunchMaker<'_>,
) -> Launch {
    let Replica {
        service,
        role,
        name,
        ports,
    } = replica;
    let first = (name != FIRST).then(|| ResourceId::new(ResourceKind::Process, FIRST));
    let upper = role.to_uppercase();
    let number = |port: &str| ports[port].address.port().to_string();
    let mut environment = shared.clone();
    environment.extend([
        ("TEMPORAL_SERVICES".to_owned(), (*role).to_owned()),
        (format!("{upper}_GRPC_PORT"), number("grpc")),
        (format!("{upper}_MEMBERSHIP_PORT"), number("membership")),
        (
            "PROMETHEUS_ENDPOINT".to_owned(),
            ports["metrics"].address.to_string(),
        ),
    ]);
    if ports.contains_key("http") {
        environment.insert(format!("{upper}_HTTP_PORT"), number("http"));
    }
    maker.record(Draft {
        replica: name.clone(),
        owner: Owner::Harness,
        services: vec![service.name.as_str().to_owned()],
        needs: store.needs.iter().cloned().chain(first).collect(),
        program: &maker.programs.temporal,
        arguments: vec!["start".to_owned()],
        environment,
        secrets: [("MYSQL_PWD".to_owned(), store.password.clone())].into(),
        borrowed: BTreeMap::new(),
        content: None,
        ports: ports.clone(),
        checks: vec![check(role, ports)],
        ready_timeout: service.ready_timeout,
        grace: GRACE,
    })
}

/// The check that a role does its job. Only the frontend also answers clients.
///
/// History reports SERVING 5 s after it has its shards (`service/history/service.go` in the
/// server's source), for the benefit of load balancers. There is no need to wait for that here:
/// whatever needs history comes after it and is checked itself.
fn check(role: &str, ports: &BTreeMap<String, Listen>) -> Check {
    let address = ports["grpc"].address;
    match role {
        "frontend" => Check::GrpcServing { address },
        "history" => Check::TcpAccepts { address },
        role => Check::RoleServing {
            address,
            role: role.to_owned(),
        },
    }
}
