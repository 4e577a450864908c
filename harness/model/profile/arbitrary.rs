//! Strategies for valid profiles, for property tests.

use std::collections::BTreeMap;
use std::str::FromStr;

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_saphyr::Spanned;

use super::arbitrary_value::{duration, scalar, spanned};
use super::azure;
use super::dynamic_config::{Content, DynamicConfig, Entry};
use super::existing;
use super::model::{
    ApiVersion, Backend, Command, Database, DevServer, Engine, K3d, Kind, Local, Mysql, Namespace,
    Process, Profile, Promotion, Role, Roles, Run, Server, Simulated, Starter, StarterMode,
    Temporal, Web, Worker,
};
use super::scalar::{Text, WorkerName};
use super::variable::{Secret, Variable};
use crate::quantity::{Duration, Whole};
use crate::topology::Tls;

/// A valid profile that extends `base`.
pub(super) fn profile() -> BoxedStrategy<Profile> {
    // Boxed, because the types of all sections are too large for the stack of a test.
    let sections = (
        of(temporal().boxed()),
        of(mysql().prop_map(Database::Mysql).boxed()),
        of(web().boxed()),
        workers().boxed(),
        of(backend().boxed()),
        of(promotion().boxed()),
    );
    (of("[a-z]{1,12}[ a-zé:#'\"-]{0,12}"), sections)
        .prop_map(|(description, sections)| {
            let (temporal, database, web, (worker, workers, starter), backend, promotion) =
                sections;
            Profile {
                api_version: Some(ApiVersion::V1),
                kind: Some(Kind::Profile),
                name: Some(spanned(scalar("any"))),
                extends: Some(spanned(scalar("base"))),
                description,
                temporal,
                database,
                web,
                worker,
                workers,
                starter,
                backend,
                promotion,
            }
        })
        .boxed()
}

fn temporal() -> impl Strategy<Value = Temporal> {
    let role = || {
        of(of(1_u16..9).prop_map(|replicas| Role {
            replicas: replicas.and_then(|number| Whole::new(number.into())),
        }))
    };
    let roles =
        (role(), role(), role(), role()).prop_map(|(frontend, history, matching, worker)| Roles {
            frontend,
            history,
            matching,
            worker,
        });
    let values = (
        of(version()),
        of(1_u32..4096),
        of(roles),
        of(namespaces()),
        of(dynamic_config()),
        of(1_u16..1000),
        of(duration()),
    );
    values.prop_map(
        |(version, shards, roles, namespaces, dynamic_config, port, ready_timeout)| Temporal {
            version,
            history_shards: shards.and_then(Whole::new),
            roles,
            namespaces: namespaces.map(spanned),
            dynamic_config,
            port: port
                .and_then(|number| Whole::new(number.into()))
                .map(spanned),
            ready_timeout: ready_timeout.map(spanned),
        },
    )
}

fn dynamic_config() -> impl Strategy<Value = DynamicConfig> {
    let entry = |(key, value): (&str, serde_json::Value)| Entry {
        key: spanned(key.to_owned()),
        value: spanned(Content::One(value)),
    };
    let entries = (
        of(any::<bool>()).prop_map(|it| it.map(|it| ("admin.enableListHistoryTasks", it.into()))),
        of(any::<i32>()).prop_map(|it| it.map(|it| ("frontend.rps", it.into()))),
        of("[ a-z0-9:.-]{0,8}")
            .prop_map(|it| it.map(|it| ("history.TaskDLQErrorPattern", it.into()))),
    );
    entries.prop_map(move |(a, b, c)| {
        DynamicConfig([a, b, c].into_iter().flatten().map(entry).collect())
    })
}

fn namespaces() -> impl Strategy<Value = Vec<Namespace>> {
    let retention = of((1_u64..9999).prop_map(|hours| Duration::from_secs(hours * 3600)));
    btree_map("[a-z]{1,8}|no|null|[0-9]{1,3}", retention, 1..3).prop_map(|namespaces| {
        namespaces
            .into_iter()
            .map(|(name, retention)| Namespace {
                name: spanned(scalar(&name)),
                retention: retention.map(spanned),
            })
            .collect()
    })
}

fn mysql() -> impl Strategy<Value = Mysql> {
    let tls = prop_oneof![Just(Tls::Required), Just(Tls::Off)];
    (of(version()), of(1_u32..9999), of(tls), of(duration())).prop_map(
        |(version, connections, tls, ready_timeout)| Mysql {
            version: version.map(spanned),
            max_connections: connections.and_then(Whole::new).map(spanned),
            tls: tls.map(spanned),
            ready_timeout: ready_timeout.map(spanned),
        },
    )
}

fn web() -> impl Strategy<Value = Web> {
    (of(version()), of(1000_u16..2000), of(duration())).prop_map(
        |(version, port, ready_timeout)| Web {
            version,
            port: port
                .and_then(|number| Whole::new(number.into()))
                .map(spanned),
            ready_timeout: ready_timeout.map(spanned),
        },
    )
}

type Several = Option<Spanned<BTreeMap<WorkerName, Worker>>>;

/// One worker or several, and a starter that belongs to one of them.
fn workers() -> impl Strategy<Value = (Option<Worker>, Several, Option<Starter>)> {
    let named = (text("[a-z-]{1,20}"), worker(), any::<bool>());
    let several = btree_map(text::<WorkerName>("[a-z]{1,8}"), named, 1..4).prop_map(|workers| {
        // Each needs some of those before it, so there is no cycle.
        let mut before: Vec<Spanned<WorkerName>> = Vec::new();
        let mut all: BTreeMap<WorkerName, Worker> = BTreeMap::new();
        for (name, (task_queue, worker, needs)) in workers {
            let worker = Worker {
                task_queue: Some(task_queue),
                needs: needs.then(|| before.clone()),
                ..worker
            };
            before.push(spanned(name.clone()));
            all.insert(name, worker);
        }
        all
    });
    let one = (of(worker()), of(starter())).prop_map(|(worker, starter)| (worker, None, starter));
    let several = (several, starter()).prop_map(|(workers, starter)| {
        let starter = Starter {
            worker: workers.keys().next().cloned().map(spanned),
            ..starter
        };
        (None, Some(spanned(workers)), Some(starter))
    });
    prop_oneof![one, several]
}

fn command() -> impl Strategy<Value = Spanned<Vec<Text>>> {
    let words = vec("[a-z./-]{1,8}", 1..4);
    words.prop_map(|words| spanned(words.iter().map(|word| scalar(word)).collect()))
}

fn worker() -> impl Strategy<Value = Worker> {
    let run = prop_oneof![
        Just(Run::BuiltIn),
        path().prop_map(Run::Build),
        (command(), of(command()))
            .prop_map(|(command, prepare)| Run::Command(Command { command, prepare })),
        "[a-z]{1,6}(/[a-z]{1,6})?(:[a-z0-9]{1,4})?".prop_map(|image| Run::Image(scalar(&image))),
    ];
    let variable = prop_oneof![
        text("[ a-z0-9=:#]{0,8}").prop_map(Variable::Text),
        path().prop_map(|path| Variable::Secret(Secret::SecretFile(path))),
        text("[A-Z_]{1,8}").prop_map(|name| Variable::Secret(Secret::SecretVariable(name))),
    ];
    let environment = btree_map(text("[A-Z_]{1,8}"), variable, 0..3);
    let values = (
        of(1_u16..99),
        of(text("[a-z-]{1,20}")),
        of(run),
        of(environment),
        of(duration()),
        of(duration()),
    );
    values.prop_map(
        |(replicas, task_queue, run, environment, ready_timeout, grace)| Worker {
            replicas: replicas
                .and_then(|number| Whole::new(number.into()))
                .map(spanned),
            task_queue,
            run,
            environment,
            needs: None,
            ready_timeout: ready_timeout.map(spanned),
            termination_grace_period: grace.map(spanned),
        },
    )
}

fn starter() -> impl Strategy<Value = Starter> {
    let mode = prop_oneof![Just(StarterMode::InWorker), Just(StarterMode::Off)];
    (of(mode), of(2000_u16..)).prop_map(|(mode, port)| Starter {
        mode,
        worker: None,
        port: port
            .and_then(|number| Whole::new(number.into()))
            .map(spanned),
    })
}

fn backend() -> impl Strategy<Value = Backend> {
    let local = (of(k3d()), of(process())).prop_map(|(k3d, process)| Local { k3d, process });
    prop_oneof![
        local.prop_map(Backend::Local),
        process().prop_map(Backend::Process),
        k3d().prop_map(Backend::K3d),
        Just(Backend::Simulated(Simulated {})),
        azure::arbitrary::azure().prop_map(|azure| Backend::Azure(Box::new(azure))),
        existing::arbitrary::existing().prop_map(|it| Backend::Existing(Box::new(it))),
    ]
}

fn process() -> impl Strategy<Value = Process> {
    let engine = prop_oneof![
        of(path()).prop_map(|cli| Engine::DevServer(DevServer { cli })),
        Just(Engine::Server(Server {})),
    ];
    of(engine).prop_map(|engine| Process { engine })
}

fn k3d() -> impl Strategy<Value = K3d> {
    (of(1_u16..9), of(0_u16..9), of(version())).prop_map(|(servers, agents, kubernetes)| K3d {
        servers: servers.and_then(|number| Whole::new(number.into())),
        agents: agents.and_then(|number| Whole::new(number.into())),
        kubernetes,
    })
}

fn promotion() -> impl Strategy<Value = Promotion> {
    (of(vec(path(), 0..3)), of(duration())).prop_map(|(require, max_age)| Promotion {
        require,
        max_age: max_age.map(spanned),
    })
}

fn version() -> impl Strategy<Value = super::Version> {
    r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}".prop_map(|text| scalar(&text))
}

fn path() -> impl Strategy<Value = super::scalar::FilePath> {
    text("[a-z/. ]{1,12}")
}

fn text<T: FromStr<Err: std::fmt::Debug> + std::fmt::Debug>(
    pattern: &'static str,
) -> impl Strategy<Value = T> {
    pattern.prop_map(|text| scalar(&text))
}
