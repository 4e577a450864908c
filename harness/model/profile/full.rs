//! A resolved profile in the form of a file, with every value. Parsing it returns the same profile.
//! Every struct is destructured in full, so that the compiler reports a missing key.

use serde_json::json;

use super::node::{Node, leaf, map};
use super::{
    Backend, Database, Engine, K3d, Profile, Promotion, Roles, Starter, Temporal, Web, Worker,
    Workers, azure, existing,
};
use crate::topology::{self, Namespace, Run, TemporalSettings};

/// The document of a profile.
pub(super) fn full(profile: &Profile) -> Node {
    let Profile {
        name,
        description,
        temporal,
        database,
        web,
        workers,
        starter,
        backend,
        promotion,
    } = profile;
    let workers = match workers {
        Workers::One(worker) => ("worker", self::worker(worker)),
        Workers::Several(workers) => {
            let entries = workers.iter();
            let entries = entries.map(|(name, worker)| (name.to_string(), self::worker(worker)));
            ("workers", Node::Map(entries.collect()))
        }
    };
    map([
        ("apiVersion", leaf("harness/v1")),
        ("kind", leaf("Profile")),
        ("name", leaf(name)),
        ("description", leaf(description)),
        ("temporal", self::temporal(temporal)),
        ("database", self::database(database)),
        ("web", self::web(web)),
        workers,
        ("starter", self::starter(starter)),
        ("backend", self::backend(backend)),
        ("promotion", self::promotion(promotion)),
    ])
}

fn temporal(temporal: &Temporal) -> Node {
    let Temporal {
        settings:
            TemporalSettings {
                version,
                history_shards,
                namespaces,
                dynamic_config,
            },
        roles,
        port,
        ready_timeout,
    } = temporal;
    let namespaces: Vec<_> = namespaces
        .iter()
        .map(|Namespace { name, retention }| json!({"name": name, "retention": retention}))
        .collect();
    map([
        ("version", leaf(version)),
        ("history-shards", leaf(history_shards)),
        ("roles", self::roles(*roles)),
        ("namespaces", leaf(namespaces)),
        ("dynamic-config", Node::of(dynamic_config)),
        ("port", leaf(port)),
        ("ready-timeout", leaf(ready_timeout)),
    ])
}

fn roles(roles: Roles) -> Node {
    let Roles {
        frontend,
        history,
        matching,
        worker,
    } = roles;
    let role = |replicas: u16| map([("replicas", leaf(replicas))]);
    map([
        ("frontend", role(frontend)),
        ("history", role(history)),
        ("matching", role(matching)),
        ("worker", role(worker)),
    ])
}

fn database(database: &Database) -> Node {
    let Database {
        settings:
            topology::Database {
                version,
                max_connections,
                tls,
            },
        ready_timeout,
    } = database;
    let mysql = map([
        ("version", leaf(version)),
        ("max-connections", leaf(max_connections)),
        ("tls", leaf(tls)),
        ("ready-timeout", leaf(ready_timeout)),
    ]);
    map([("mysql", mysql)])
}

fn web(web: &Web) -> Node {
    let Web {
        version,
        port,
        ready_timeout,
    } = web;
    map([
        ("version", leaf(version)),
        ("port", leaf(port)),
        ("ready-timeout", leaf(ready_timeout)),
    ])
}

fn worker(worker: &Worker) -> Node {
    let Worker {
        replicas,
        task_queue,
        run,
        environment,
        needs,
        ready_timeout,
        termination_grace_period,
    } = worker;
    let run = match run {
        Run::BuiltIn => leaf("built-in"),
        Run::Build(folder) => map([("build", leaf(folder))]),
        Run::Command(topology::Command { words, prepare }) => {
            map([("command", leaf(words)), ("prepare", leaf(prepare))])
        }
        Run::Image(image) => map([("image", leaf(image))]),
    };
    map([
        ("replicas", leaf(replicas)),
        ("task-queue", leaf(task_queue)),
        ("run", run),
        ("environment", Node::of(environment)),
        (
            "needs",
            if needs.is_empty() {
                leaf(())
            } else {
                leaf(needs)
            },
        ),
        ("ready-timeout", leaf(ready_timeout)),
        ("termination-grace-period", leaf(termination_grace_period)),
    ])
}

fn starter(starter: &Starter) -> Node {
    let Starter { mode, worker, port } = starter;
    map([
        ("mode", leaf(mode)),
        ("worker", leaf(worker)),
        ("port", leaf(port)),
    ])
}

fn backend(backend: &Backend) -> Node {
    let process = |engine| map([("engine", self::engine(engine))]);
    let choice = match backend {
        Backend::Local { k3d, engine } => {
            let settings = [("k3d", self::k3d(k3d)), ("process", process(engine))];
            ("local", map(settings))
        }
        Backend::Process { engine } => ("process", process(engine)),
        Backend::K3d(k3d) => ("k3d", self::k3d(k3d)),
        Backend::Simulated => ("simulated", map([])),
        Backend::Azure(azure) => ("azure", azure::full(azure)),
        Backend::Existing(existing) => ("existing", existing::full(existing)),
    };
    map([choice])
}

fn engine(engine: &Engine) -> Node {
    map([match engine {
        Engine::DevServer { cli } => ("dev-server", map([("cli", leaf(cli))])),
        Engine::Server => ("server", map([])),
    }])
}

fn k3d(k3d: &K3d) -> Node {
    let K3d {
        servers,
        agents,
        kubernetes,
    } = k3d;
    map([
        ("servers", leaf(servers)),
        ("agents", leaf(agents)),
        ("kubernetes", leaf(kubernetes)),
    ])
}

fn promotion(promotion: &Promotion) -> Node {
    let Promotion { require, max_age } = promotion;
    map([("require", leaf(require)), ("max-age", leaf(max_age))])
}
