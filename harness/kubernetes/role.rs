//! The roles of Temporal's server, one Deployment each.

use backend::server_environment::ServerEnvironment;
use k8s_openapi::api::core::v1::{Container, EnvVar, ResourceRequirements};
use model::topology::{Service, Topology};

use super::labels::Part;
use super::network_policy::{self, Peer};
use super::pod::{self, Pod, Question, container_port, field_variable, variable};
use super::{Object, Site, base, workload};

/// The Service of the frontend, which all clients use.
pub(super) const FRONTEND: &str = "temporal-frontend";
pub(super) const FRONTEND_GRPC: i32 = 7233;
pub(super) const FRONTEND_HTTP: i32 = 7243;
const METRICS: i32 = 9090;

/// All roles. They find each other by addresses in the database, and each connects to all others.
const SERVICES: [&str; 4] = [
    FRONTEND,
    "temporal-history",
    "temporal-matching",
    "temporal-worker",
];

/// The properties of a role. The ports are the server's own defaults.
struct Role {
    name: &'static str,
    grpc: i32,
    membership: i32,
    /// The name of its gRPC health service (`service/*/handler.go` of the server). The frontend
    /// reports SERVING after it has joined the membership. The worker, for which the vendor's chart
    /// has no probe, reports it when its own workers run. History uses the empty name: its own
    /// service reports SERVING only while it owns shards, and one of several replicas may
    /// permanently own none.
    health: &'static str,
    cpu: &'static str,
    memory: &'static str,
    memory_limit: &'static str,
}

const ROLES: [Role; 4] = [
    Role {
        name: "frontend",
        grpc: FRONTEND_GRPC,
        membership: 6933,
        health: "temporal.api.workflowservice.v1.WorkflowService",
        cpu: "100m",
        memory: "64Mi",
        memory_limit: "512Mi",
    },
    // Its caches of workflows and events grow with the load.
    Role {
        name: "history",
        grpc: 7234,
        membership: 6934,
        health: "",
        cpu: "100m",
        memory: "128Mi",
        memory_limit: "1Gi",
    },
    Role {
        name: "matching",
        grpc: 7235,
        membership: 6935,
        health: "temporal.api.workflowservice.v1.MatchingService",
        cpu: "50m",
        memory: "64Mi",
        memory_limit: "512Mi",
    },
    Role {
        name: "worker",
        grpc: 7239,
        membership: 6939,
        health: "temporal.api.workflowservice.v1.WorkerService",
        cpu: "50m",
        memory: "64Mi",
        memory_limit: "512Mi",
    },
];

impl Role {
    fn named(name: &str) -> &'static Self {
        let role = ROLES.iter().find(|role| role.name == name);
        role.expect("a topology has only the roles of the server")
    }

    fn resources(&self) -> ResourceRequirements {
        pod::resources(self.cpu, self.memory, self.memory_limit)
    }

    /// The ports that other roles connect to.
    fn internal_ports(&self) -> Vec<i32> {
        let mut ports = vec![self.grpc, self.membership];
        // History delivers the callbacks of Nexus operations through HTTP.
        ports.extend((self.name == "frontend").then_some(FRONTEND_HTTP));
        ports
    }
}

/// The objects of a role.
pub(super) fn objects(
    topology: &Topology,
    site: &Site,
    service: &Service,
    name: &str,
    clients: &[&str],
) -> Vec<Object> {
    let role = Role::named(name);
    let part = Part {
        site,
        application: "temporal",
        component: service.name.as_str(),
        version: Some(&topology.temporal.version),
    };
    let template = pod(topology, &part, role).template();
    let mut objects = vec![
        workload::service_account(&part),
        connections(&part, role, clients),
    ];
    objects.extend((role.name == "frontend").then(|| address(&part)));
    objects.push(workload::deployment(&part, service.replicas, template));
    objects.extend(workload::disruption_budget(&part, service.replicas));
    objects
}

/// The connections of a role: to the other roles and the database. The frontend also accepts its
/// clients, and clients outside the cluster if it is exposed.
fn connections(part: &Part<'_>, role: &Role, clients: &[&str]) -> Object {
    let internal = role.internal_ports();
    let others: Vec<i32> = ROLES.iter().flat_map(Role::internal_ports).collect();
    let mysql = [i32::from(part.site.mysql.port)];
    let mut from: Vec<(Peer<'_>, &[i32])> = vec![(Peer::Services(&SERVICES), &internal)];
    if role.name == "frontend" {
        from.push((Peer::Services(clients), &[FRONTEND_GRPC]));
        if part.site.exposure.frontend.is_open() {
            from.push((Peer::Anyone, &[FRONTEND_GRPC, FRONTEND_HTTP]));
        }
    }
    let to: [(Peer<'_>, &[i32]); 2] =
        [(Peer::Services(&SERVICES), &others), (Peer::Anyone, &mysql)];
    network_policy::of(part, &from, &to)
}

/// Only the frontend has clients that need a Service.
fn address(part: &Part<'_>) -> Object {
    let ports = [("grpc", FRONTEND_GRPC), ("http", FRONTEND_HTTP)];
    workload::service(part, part.component, &ports, &part.site.exposure.frontend)
}

fn pod<'a>(topology: &Topology, part: &Part<'a>, role: &Role) -> Pod<'a> {
    let site = part.site;
    let (volumes, mounts) = std::iter::once(base::dynamic_config_volume())
        .chain(base::ca_volume(site))
        .unzip();
    let mut ports = vec![
        container_port("grpc", role.grpc),
        container_port("membership", role.membership),
        container_port("metrics", METRICS),
    ];
    ports.extend((role.name == "frontend").then(|| container_port("http", FRONTEND_HTTP)));
    let alive = Question::Grpc {
        port: role.grpc,
        service: "",
    };
    let serves = Question::Grpc {
        port: role.grpc,
        service: role.health,
    };
    Pod {
        part: *part,
        container: Container {
            name: role.name.to_owned(),
            image: Some(site.images.server.clone()),
            env: Some(environment(topology, site, role)),
            ports: Some(ports),
            volume_mounts: Some(mounts),
            resources: Some(role.resources()),
            startup_probe: Some(pod::startup(alive)),
            readiness_probe: Some(pod::readiness(serves)),
            liveness_probe: Some(pod::liveness(alive)),
            ..Container::default()
        },
        volumes,
        user: pod::TEMPORAL_USER,
        grace: 30,
        reads: Some(base::digest(topology, site)),
    }
}

/// The environment of a role: the variables of every server, and those for pods.
fn environment(topology: &Topology, site: &Site, role: &Role) -> Vec<EnvVar> {
    let common = ServerEnvironment {
        topology,
        mysql_host: &site.mysql.host,
        mysql_port: site.mysql.port,
        mysql_user: &site.mysql.user,
        roots: base::ca_file(site),
        dynamic_config: base::dynamic_config_file(),
        grpc: format!("{FRONTEND}:{FRONTEND_GRPC}"),
        http: format!("{FRONTEND}:{FRONTEND_HTTP}"),
    };
    let common = common.variables().into_iter();
    let own = [
        variable("TEMPORAL_SERVICES", role.name),
        variable("PROMETHEUS_ENDPOINT", format!("0.0.0.0:{METRICS}")),
        // A port-forward connects to the loopback address, and other pods connect to the pod's
        // address.
        variable("BIND_ON_IP", "0.0.0.0"),
        field_variable("TEMPORAL_BROADCAST_ADDRESS", "status.podIP"),
        // The server requires this. The network policies decide who may connect.
        variable("TEMPORAL_ALLOW_NO_AUTH", "true"),
        base::password_variable("MYSQL_PWD"),
    ];
    own.into_iter()
        .chain(common.map(|(name, value)| variable(name, value)))
        .collect()
}
