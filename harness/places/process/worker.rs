//! The application's workers, which are the same for both engines.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::plan::{ResourceId, ResourceKind};
use model::topology::{Digest, Probe, Service, Topology, Worker, WorkerBuild};

use super::gateway::Gateway;
use super::launch::Launch;
use super::launch_maker::{Draft, LaunchMaker, Owner, SecretFile};
use super::probe::Check;
use crate::address::{self, Addresses, Listen};

/// The launch records of all replicas of the topology's workers. `temporal` must be ready first, and
/// the namespaces if the frontend is here.
pub(super) fn launches(
    topology: &Topology,
    gateway: &Gateway,
    temporal: &[ResourceId],
    maker: &LaunchMaker<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Vec<Launch>, address::Error> {
    let namespaces = topology.temporal.namespaces.iter();
    let is_here = matches!(gateway, Gateway::Here(_));
    let namespaces = namespaces.filter(|_| is_here);
    let namespaces =
        namespaces.map(|namespace| ResourceId::new(ResourceKind::Namespace, &namespace.name));
    let server: Vec<ResourceId> = temporal.iter().cloned().chain(namespaces).collect();
    let mut launches: Vec<Launch> = Vec::new();
    for worker in topology.workers() {
        let needed = |launch: &&Launch| {
            let mut needs = worker.service.needs.iter();
            needs.any(|service| launch.services == [service.as_str()])
        };
        // The workers that it needs come before it.
        let others = launches.iter().filter(needed).map(Launch::id);
        let needs: Vec<ResourceId> = server.iter().cloned().chain(others).collect();
        for number in 0..worker.service.replicas {
            let mut launch = launch(worker, number, gateway, maker, addresses)?;
            launch.needs.clone_from(&needs);
            launches.push(launch);
        }
    }
    Ok(launches)
}

fn launch(
    worker: Worker<'_>,
    number: u16,
    gateway: &Gateway,
    maker: &LaunchMaker<'_>,
    addresses: &mut Addresses<'_>,
) -> Result<Launch, address::Error> {
    let service = worker.service;
    let replica = service.replica(number);
    let ports = maker.listen_all(addresses, service, number, &replica)?;
    let credentials = gateway.credentials();
    let mut environment = worker.environment(gateway.address());
    environment.extend(credentials.iter().flat_map(|it| it.variables.clone()));
    if let Some(listen) = ports.get("starter") {
        environment.insert("STARTER_ADDRESS".to_owned(), listen.address.to_string());
    }
    let checks = checks(service, &ports, gateway.recorded(), worker.namespace);
    let secrets = maker.secrets.of(&service.name).map(|(name, secret)| {
        let file = SecretFile {
            path: Launch::secret(maker.state, &replica, name),
            content: Digest::of_bytes(secret.reveal().as_bytes()),
        };
        (name.to_owned(), file)
    });
    let secrets = secrets.collect();
    let launch = maker.record(Draft {
        replica,
        owner: Owner::User,
        services: vec![service.name.as_str().to_owned()],
        needs: Vec::new(),
        program: &maker.programs.workers[&service.name],
        arguments: Vec::new(),
        environment,
        secrets,
        borrowed: credentials.map_or_else(BTreeMap::new, |it| it.borrowed.clone()),
        content: credentials.map(|it| it.content.clone()),
        ports,
        checks,
        ready_timeout: service.ready_timeout,
        grace: worker.termination_grace_period,
    });
    Ok(Launch {
        // Set when the worker is started.
        worker: Some(WorkerBuild::default()),
        ..launch
    })
}

/// The checks of a replica, with its addresses.
fn checks(
    service: &Service,
    ports: &BTreeMap<String, Listen>,
    frontend: Option<SocketAddr>,
    namespace: &str,
) -> Vec<Check> {
    let checks = service
        .readiness
        .iter()
        .filter_map(|readiness| match readiness {
            Probe::TcpAccepts { port } => ports.get(port).map(|listen| Check::TcpAccepts {
                address: listen.address,
            }),
            Probe::GrpcServing { port } => ports.get(port).map(|listen| Check::GrpcServing {
                address: listen.address,
            }),
            Probe::HttpOk { port, path } => ports.get(port).map(|listen| Check::HttpOk {
                url: format!("http://{}{path}", listen.address),
            }),
            Probe::TaskQueuePolled { task_queue } => Some(Check::TaskQueuePolled {
                frontend,
                namespace: namespace.to_owned(),
                task_queue: task_queue.clone(),
            }),
        });
    checks.collect()
}
