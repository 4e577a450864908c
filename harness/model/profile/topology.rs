//! Derives the topology from a profile, independent of the backend.

use super::{Backend, Database, Profile, Starter, StarterMode, Temporal, Web, Worker, Workers};
use crate::quantity::Duration;
use crate::topology::{
    Component, Digest, Namespace, Port, Probe, Service, ServiceName, TemporalSettings, Topology,
};

const MYSQL: &str = "mysql";
const FRONTEND: &str = "temporal-frontend";
const HISTORY: &str = "temporal-history";
const MATCHING: &str = "temporal-matching";
const TEMPORAL_WORKER: &str = "temporal-worker";
const WEB: &str = "web";

impl Profile {
    /// The digest of the topology. Two profiles that run the same topology on different backends
    /// have the same digest, independent of the files that their values come from.
    ///
    /// It does not include `backend`, `name`, `description` and `promotion`. `promotion` requires
    /// verdicts on this digest, and requiring another scenario must not invalidate the existing
    /// verdicts.
    pub fn digest(&self) -> Digest {
        let Self {
            name: _,
            description: _,
            backend: _,
            promotion: _,
            temporal,
            database,
            web,
            workers,
            starter,
        } = self;
        Digest::of(&(temporal, database, web, workers, starter))
    }

    /// The topology. Each service comes after the services that it needs.
    pub fn topology(&self) -> Topology {
        let mut services = vec![mysql(&self.database)];
        services.extend(roles(&self.temporal));
        services.push(web(&self.web));
        services.extend(in_order(workers(&self.workers, &self.starter)));
        Topology {
            digest: self.digest(),
            temporal: self.settings(),
            database: self.database.settings.clone(),
            services,
        }
    }

    /// The settings of the cluster. An existing cluster has its own namespace, which its backend
    /// names, so it is not part of the digest.
    fn settings(&self) -> TemporalSettings {
        let mut settings = self.temporal.settings.clone();
        if let Backend::Existing(existing) = &self.backend {
            let named = |it: &Namespace| it.name == existing.namespace;
            let known = settings.namespaces.iter().find(|it| named(it));
            let first = known.or(settings.namespaces.first()).cloned();
            settings.namespaces = first
                .map(|first| Namespace {
                    name: existing.namespace.clone(),
                    ..first
                })
                .into_iter()
                .collect();
        }
        settings
    }
}

fn mysql(database: &Database) -> Service {
    Service {
        name: ServiceName::new(MYSQL),
        component: Component::Database,
        replicas: 1,
        ports: vec![port("mysql", None)],
        needs: Vec::new(),
        readiness: vec![Probe::TcpAccepts {
            port: "mysql".to_owned(),
        }],
        ready_timeout: database.ready_timeout,
    }
}

/// The roles of the server. They find each other through membership, so they can start in any
/// order. Only the server's internal worker is a client of the frontend.
fn roles(temporal: &Temporal) -> [Service; 4] {
    let Temporal {
        settings: _,
        roles,
        port: pinned,
        ready_timeout,
    } = temporal;
    let mut frontend = role(FRONTEND, "frontend", roles.frontend, *ready_timeout);
    frontend.ports = [port("grpc", *pinned), port("http", None)]
        .into_iter()
        .chain(frontend.ports.drain(1..))
        .collect();
    let mut worker = role(TEMPORAL_WORKER, "worker", roles.worker, *ready_timeout);
    worker.needs.push(ServiceName::new(FRONTEND));
    [
        frontend,
        role(HISTORY, "history", roles.history, *ready_timeout),
        role(MATCHING, "matching", roles.matching, *ready_timeout),
        worker,
    ]
}

fn role(service: &str, role: &str, replicas: u16, ready_timeout: Duration) -> Service {
    Service {
        name: ServiceName::new(service),
        component: Component::Temporal(role.to_owned()),
        replicas,
        ports: vec![
            port("grpc", None),
            port("membership", None),
            port("metrics", None),
        ],
        needs: vec![ServiceName::new(MYSQL)],
        readiness: vec![Probe::GrpcServing {
            port: "grpc".to_owned(),
        }],
        ready_timeout,
    }
}

fn web(web: &Web) -> Service {
    let Web {
        version,
        port: pinned,
        ready_timeout,
    } = web;
    Service {
        name: ServiceName::new(WEB),
        component: Component::Web {
            version: version.clone(),
        },
        replicas: 1,
        ports: vec![port("http", *pinned)],
        needs: vec![ServiceName::new(FRONTEND)],
        readiness: vec![Probe::HttpOk {
            port: "http".to_owned(),
            path: "/healthz".to_owned(),
        }],
        ready_timeout: *ready_timeout,
    }
}

fn workers(workers: &Workers, starter: &Starter) -> Vec<Service> {
    let each = workers.services().into_iter().map(|(name, worker)| {
        let has_starter = starter.mode == StarterMode::InWorker
            && starter
                .worker
                .as_ref()
                .is_none_or(|it| ServiceName::worker(Some(it.as_str())) == name);
        let starter = has_starter.then(|| port("starter", starter.port));
        self::worker(name, worker, starter)
    });
    each.collect()
}

/// The same services, each after the services that it needs. A profile has no cycles.
fn in_order(mut services: Vec<Service>) -> Vec<Service> {
    let mut ordered = Vec::new();
    while !services.is_empty() {
        let waits = |service: &Service| {
            let mut open = services.iter();
            open.any(|other| service.needs.contains(&other.name))
        };
        let (waiting, next): (Vec<Service>, _) = services.iter().cloned().partition(waits);
        assert!(!next.is_empty(), "workers need each other in a cycle");
        ordered.extend(next);
        services = waiting;
    }
    ordered
}

/// A worker of the application. It also needs history and matching, because a workflow starts only if
/// both serve.
fn worker(name: ServiceName, worker: &Worker, starter: Option<Port>) -> Service {
    let Worker {
        replicas,
        task_queue,
        run,
        environment,
        needs,
        ready_timeout,
        termination_grace_period,
    } = worker;
    let mut readiness = vec![Probe::TaskQueuePolled {
        task_queue: task_queue.clone(),
    }];
    readiness.extend(starter.as_ref().map(|port| Probe::HttpOk {
        port: port.name.clone(),
        path: "/ping".to_owned(),
    }));
    let server = [FRONTEND, HISTORY, MATCHING].map(ServiceName::new);
    let others = needs
        .iter()
        .map(|it| ServiceName::worker(Some(it.as_str())));
    Service {
        name,
        component: Component::Worker {
            task_queue: task_queue.clone(),
            run: run.clone(),
            environment: environment.clone(),
            termination_grace_period: *termination_grace_period,
        },
        replicas: *replicas,
        ports: starter.into_iter().collect(),
        needs: server.into_iter().chain(others).collect(),
        readiness,
        ready_timeout: *ready_timeout,
    }
}

fn port(name: &str, pinned: Option<u16>) -> Port {
    Port {
        name: name.to_owned(),
        pinned,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::profile::tests::load;
    use crate::topology::Layer;

    fn digest(sets: &[&str]) -> Digest {
        load(&[], "local", sets).expect("a valid profile").digest()
    }

    #[test]
    fn a_service_is_in_the_layer_of_its_component() {
        let profile = load(&[], "local", &[]).expect("a valid profile");
        for service in profile.topology().services {
            let layer = match service.component {
                Component::Database => Layer::Database,
                Component::Temporal(_) => Layer::Server,
                Component::Web { .. } | Component::Worker { .. } => Layer::Clients,
            };
            assert_eq!(service.name.layer(), layer, "{}", service.name);
            for need in &service.needs {
                assert!(need.layer() <= layer, "{} needs {need}", service.name);
            }
        }
    }

    #[test]
    fn the_backend_the_names_and_the_gate_do_not_change_the_digest() {
        for set in [
            "name=other",
            "description=another one",
            "backend={simulated: {}}",
            "backend.process.engine.dev-server.cli=/opt/temporal",
            "promotion.require=[scenarios/smoke.yaml]",
            "promotion.max-age=1h",
        ] {
            assert_eq!(digest(&[set]), digest(&[]), "{set}");
        }
    }

    #[test]
    fn every_value_of_the_topology_changes_the_digest() {
        let mut seen = BTreeMap::from([(digest(&[]), "")]);
        for set in [
            "temporal.version=1.31.0",
            "temporal.history-shards=8",
            "temporal.roles.frontend.replicas=2",
            "temporal.roles.history.replicas=2",
            "temporal.roles.matching.replicas=2",
            "temporal.roles.worker.replicas=2",
            "temporal.namespaces=[{name: other}]",
            "temporal.namespaces=[{name: default, retention: 1d}]",
            "temporal.dynamic-config.frontend.rps=100",
            "temporal.dynamic-config.frontend.rps=200",
            "temporal.port=7233",
            "temporal.ready-timeout=2m",
            "database.mysql.version=8.0",
            "database.mysql.max-connections=100",
            "database.mysql.tls=off",
            "database.mysql.ready-timeout=2m",
            "web.version=2.54.0",
            "web.port=8233",
            "web.ready-timeout=2m",
            "worker.replicas=3",
            "worker.task-queue=other",
            "worker.run={build: other}",
            "worker.run={command: [other]}",
            "worker.environment.LEVEL=debug",
            "worker.ready-timeout=2m",
            "worker.termination-grace-period=1s",
            "starter.mode=off",
            "starter.port=8080",
        ] {
            if let Some(other) = seen.insert(digest(&[set]), set) {
                panic!("`{set}` has the digest of `{other}`");
            }
        }
    }

    #[test]
    fn a_written_default_does_not_change_the_digest() {
        for set in [
            "temporal.ready-timeout=3m",
            "database.mysql.max-connections=500",
            "starter={mode: in-worker}",
            "worker.environment={}",
        ] {
            assert_eq!(digest(&[set]), digest(&[]), "{set}");
        }
    }

    #[test]
    fn each_service_comes_after_the_services_it_needs() {
        let profile = load(&[], "local", &[]).expect("a valid profile");
        let mut before: Vec<ServiceName> = Vec::new();
        for service in profile.topology().services {
            for needed in &service.needs {
                assert!(before.contains(needed), "{} needs {needed}", service.name);
            }
            before.push(service.name);
        }
    }

    #[test]
    fn ports_and_readiness_follow_from_the_profile() {
        let sets = ["temporal.port=7233", "starter.port=8080"];
        let profile = load(&[], "local", &sets).expect("a valid profile");
        let lines: Vec<String> = profile
            .topology()
            .services
            .iter()
            .map(|service| {
                let ports: Vec<String> = service.ports.iter().map(describe).collect();
                format!(
                    "{} x{} [{}] needs {:?} ready {:?}",
                    service.name,
                    service.replicas,
                    ports.join(" "),
                    service
                        .needs
                        .iter()
                        .map(ServiceName::as_str)
                        .collect::<Vec<_>>(),
                    service.readiness,
                )
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        mysql x1 [mysql] needs [] ready [TcpAccepts { port: "mysql" }]
        temporal-frontend x1 [grpc=7233 http membership metrics] needs ["mysql"] ready [GrpcServing { port: "grpc" }]
        temporal-history x1 [grpc membership metrics] needs ["mysql"] ready [GrpcServing { port: "grpc" }]
        temporal-matching x1 [grpc membership metrics] needs ["mysql"] ready [GrpcServing { port: "grpc" }]
        temporal-worker x1 [grpc membership metrics] needs ["mysql", "temporal-frontend"] ready [GrpcServing { port: "grpc" }]
        web x1 [http] needs ["temporal-frontend"] ready [HttpOk { port: "http", path: "/healthz" }]
        worker x2 [starter=8080] needs ["temporal-frontend", "temporal-history", "temporal-matching"] ready [TaskQueuePolled { task_queue: "hello-world" }, HttpOk { port: "starter", path: "/ping" }]
        "#);
    }

    #[test]
    fn without_a_starter_the_worker_has_no_port() {
        let profile = load(&[], "local", &["starter.mode=off"]).expect("a valid profile");
        let worker = profile
            .topology()
            .services
            .pop()
            .expect("the worker is last");
        assert_eq!((worker.ports.len(), worker.readiness.len()), (0, 1));
    }

    fn describe(port: &Port) -> String {
        match port.pinned {
            Some(number) => format!("{}={number}", port.name),
            None => port.name.clone(),
        }
    }
}
