//! Tests of the comparison, on made-up sides.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use backend::Place;
use insta::assert_snapshot;
use model::quantity::Duration;
use model::topology::{Digest, Run, ServiceName, Tls};
use mysql::preflight;
use mysql::schema::{State, Version};
use serde_json::json;
use temporal::Cluster;

use super::{Cell, Database, Facts, Probe, Rendered, Running, Verdict, Worker, compare};

/// Three days.
const RETENTION: Duration = Duration::from_secs(3 * 86_400);

#[test]
fn json_has_retention_in_milliseconds() {
    let mut facts = k3d();
    if let Probe::Known(running) = &mut facts.running {
        let none = ("none".to_owned(), Probe::Known(None));
        let unknown = ("unknown".to_owned(), Probe::Unknown("no answer".to_owned()));
        running.namespaces.extend([none, unknown]);
    }
    let json = serde_json::to_value(facts).expect("JSON");
    let days = 3 * 86_400_000;
    assert_eq!(json["rendered"]["retention-ms"], json!({"default": days}));
    assert_eq!(
        json["running"]["known"]["retention-ms"],
        json!({
            "default": {"known": days}, "none": {"known": null}, "unknown": {"unknown": "no answer"},
        })
    );
}

/// A profile on Kubernetes, which is up.
fn k3d() -> Facts {
    Facts {
        profile: "k3d".to_owned(),
        place: Place {
            backend: "k3d".to_owned(),
            engine: "server".to_owned(),
            database: "mysql".to_owned(),
            cluster: None,
        },
        rendered: Rendered {
            topology: Digest::of_bytes(b"a topology"),
            server_version: "1.32.0".to_owned(),
            history_shards: 4,
            roles: BTreeMap::from([("frontend".to_owned(), 1), ("history".to_owned(), 2)]),
            namespaces: BTreeMap::from([("default".to_owned(), RETENTION)]),
            dynamic_config: BTreeMap::new(),
            mysql: "8.4".to_owned(),
            tls: Tls::Required,
            max_connections: 500,
            needed_connections: 100,
            workers: vec![Worker {
                service: ServiceName::new("worker"),
                task_queue: "hello-world".to_owned(),
                replicas: 2,
                run: Run::Build("workflow".to_owned()),
            }],
        },
        running: Probe::Known(Running {
            cluster: Probe::Known(Cluster {
                server_version: "1.32.0".to_owned(),
                history_shards: 4,
                persistence_store: "mysql8".to_owned(),
                visibility_store: "mysql8".to_owned(),
            }),
            namespaces: BTreeMap::from([("default".to_owned(), Probe::Known(Some(RETENTION)))]),
            database: Probe::Known(database()),
        }),
    }
}

fn database() -> Database {
    let current = |minor| Probe::Known(State::Current(Version { major: 1, minor }));
    Database {
        server: preflight::Facts {
            version: "8.4.7".to_owned(),
            version_comment: "MySQL Community Server - GPL".to_owned(),
            max_connections: 500,
            transaction_isolation: Some("REPEATABLE-READ".to_owned()),
            innodb_flush_log_at_trx_commit: 1,
            sync_binlog: 1,
            prefer_ordering_index: Some(true),
            time_zone: "UTC".to_owned(),
            require_secure_transport: true,
            tls_version: "TLSv1.3".to_owned(),
        },
        default_schema: current(19),
        visibility_schema: current(14),
    }
}

/// The same as child processes.
fn server() -> Facts {
    let mut facts = k3d();
    facts.profile = "server".to_owned();
    facts.place.backend = "process".to_owned();
    facts
}

/// The same on the development server.
fn dev_server() -> Facts {
    let mut facts = server();
    facts.profile = "local".to_owned();
    facts.place.engine = "dev-server".to_owned();
    facts.place.database = "sqlite".to_owned();
    change(&mut facts, |running| {
        running.cluster = Probe::Known(Cluster {
            server_version: "1.32.0".to_owned(),
            history_shards: 1,
            persistence_store: "sqlite".to_owned(),
            visibility_store: "sqlite".to_owned(),
        });
        running.database = Probe::Absent;
    });
    facts
}

/// The same profile, not running.
fn down(mut facts: Facts) -> Facts {
    facts.running = Probe::Unknown("not up".to_owned());
    facts
}

/// Changes what runs.
fn change(facts: &mut Facts, change: impl FnOnce(&mut Running)) {
    match &mut facts.running {
        Probe::Known(running) => change(running),
        other => panic!("{other:?} does not run"),
    }
}

/// Changes its database.
fn change_database(facts: &mut Facts, change_it: impl FnOnce(&mut Database)) {
    change(facts, |running| match &mut running.database {
        Probe::Known(database) => change_it(database),
        other => panic!("{other:?} is no database"),
    });
}

/// The rows that are not the same, as text.
fn apart(left: &Facts, right: &Facts) -> String {
    let comparison = compare(left, right);
    let mut text = String::new();
    for row in comparison.rows {
        if row.verdict != Verdict::Same {
            let (left, right) = (row.left, row.right);
            writeln!(text, "{}: {left} | {right} | {}", row.aspect, row.verdict).expect("memory");
        }
    }
    text
}

#[test]
fn a_side_is_the_same_as_itself_in_every_aspect() {
    let comparison = compare(&k3d(), &k3d());
    assert_eq!(comparison.count(Verdict::Same), comparison.rows.len());
    let aspects: Vec<&str> = comparison
        .rows
        .iter()
        .map(|row| row.aspect.as_str())
        .collect();
    assert_snapshot!(aspects.join("\n"), @"
    place.backend
    place.engine
    place.database
    profile.topology
    profile.server-version
    profile.history-shards
    profile.replicas.frontend
    profile.replicas.history
    profile.namespaces.default
    profile.mysql.version
    profile.mysql.tls
    profile.mysql.connections
    profile.worker.task-queue
    profile.worker.replicas
    profile.worker.run
    running.server-version
    running.history-shards
    running.default-store
    running.visibility-store
    running.namespaces.default
    running.schema.default
    running.schema.visibility
    running.mysql.version
    running.mysql.transaction-isolation
    running.mysql.innodb-flush-log-at-trx-commit
    running.mysql.sync-binlog
    running.mysql.prefer-ordering-index
    running.mysql.time-zone
    running.mysql.tls
    running.mysql.connections
    ");
}

#[test]
fn only_the_place_differs_between_processes_and_a_cluster() {
    assert_snapshot!(apart(&server(), &k3d()), @"place.backend: process | k3d | expected");
}

#[test]
fn differences_of_the_development_server_are_expected() {
    assert!(!compare(&dev_server(), &k3d()).differs());
    assert_snapshot!(apart(&dev_server(), &k3d()), @"
    place.backend: process | k3d | expected
    place.engine: dev-server | server | expected
    place.database: sqlite | mysql | expected
    profile.history-shards: 1 | 4 | expected
    profile.replicas.frontend: in one process | 1 | expected
    profile.replicas.history: in one process | 2 | expected
    profile.mysql.version: none | 8.4 | expected
    profile.mysql.tls: none | required | expected
    profile.mysql.connections: none | 100 of 500 | expected
    running.history-shards: 1 | 4 | expected
    running.default-store: sqlite | mysql8 | expected
    running.visibility-store: sqlite | mysql8 | expected
    running.schema.default: none | 1.19 | expected
    running.schema.visibility: none | 1.14 | expected
    running.mysql.version: none | 8.4.7 | expected
    running.mysql.transaction-isolation: none | REPEATABLE-READ | expected
    running.mysql.innodb-flush-log-at-trx-commit: none | 1 | expected
    running.mysql.sync-binlog: none | 1 | expected
    running.mysql.prefer-ordering-index: none | on | expected
    running.mysql.time-zone: none | UTC | expected
    running.mysql.tls: none | TLSv1.3, required | expected
    running.mysql.connections: none | 100 of 500 | expected
    ");
}

#[test]
fn a_side_that_is_not_up_is_unknown_and_not_the_same() {
    let comparison = compare(&down(server()), &k3d());
    assert!(!comparison.differs());
    let running = comparison
        .rows
        .iter()
        .filter(|row| row.aspect.starts_with("running."));
    assert!(running.clone().count() > 10);
    for row in running {
        assert_eq!(row.verdict, Verdict::Unknown, "{row:?}");
    }
}

#[test]
fn that_neither_side_is_up_is_one_row() {
    assert_snapshot!(apart(&down(k3d()), &down(k3d())), @"running: ? | ? | unknown");
    let both = compare(&down(k3d()), &down(k3d()));
    assert_eq!(both.count(Verdict::Unknown), 1);
}

#[test]
fn differences_of_profiles_are_named_by_key() {
    let mut other = k3d();
    let asked = &mut other.rendered;
    asked.topology = Digest::of_bytes(b"another topology");
    asked.server_version = "1.31.2".to_owned();
    asked.history_shards = 512;
    asked.roles.insert("history".to_owned(), 20);
    asked
        .namespaces
        .insert("audit".to_owned(), Duration::from_secs(3600));
    asked
        .dynamic_config
        .insert("frontend.rps".to_owned(), json!([{"value": 10}]));
    asked.tls = Tls::Off;
    asked.needed_connections = 640;
    asked.workers.clear();
    other.running = Probe::Unknown("not up".to_owned());
    assert_snapshot!(apart(&down(k3d()), &other), @r#"
    profile.topology: efdb72926f70 | 596b0f15815d | differs
    profile.server-version: 1.32.0 | 1.31.2 | differs
    profile.history-shards: 4 | 512 | differs
    profile.replicas.history: 2 | 20 | differs
    profile.namespaces.audit: none | 1h | differs
    profile.dynamic-config.frontend.rps: none | [{"value":10}] | differs
    profile.mysql.tls: required | off | differs
    profile.mysql.connections: 100 of 500 | 640 of 500, too few | differs
    profile.worker.task-queue: hello-world | none | differs
    profile.worker.replicas: 2 | none | differs
    profile.worker.run: build workflow | none | differs
    running: ? | ? | unknown
    "#);
}

#[test]
fn differences_of_what_runs_are_named_by_key() {
    let mut other = k3d();
    change(&mut other, |running| {
        running
            .namespaces
            .insert("default".to_owned(), Probe::Known(None));
    });
    change_database(&mut other, |database| {
        let server = &mut database.server;
        server.version = "8.4.5-azure".to_owned();
        server.max_connections = 80;
        server.innodb_flush_log_at_trx_commit = 2;
        server.sync_binlog = 0;
        server.prefer_ordering_index = Some(false);
        server.time_zone = "Europe/Berlin".to_owned();
        server.require_secure_transport = false;
        let version = |minor| Version { major: 1, minor };
        database.default_schema = Probe::Known(State::Older(version(18)));
        database.visibility_schema = Probe::Known(State::HalfApplied {
            version: version(13),
            towards: version(14),
            applied: Vec::new(),
            remedy: Vec::new(),
        });
    });
    assert_snapshot!(apart(&k3d(), &other), @"
    running.namespaces.default: 3d | none | differs
    running.schema.default: 1.19 | 1.18, older than the server's | differs
    running.schema.visibility: 1.14 | 1.13, half of 1.14 applied | differs
    running.mysql.version: 8.4.7 | 8.4.5-azure | differs
    running.mysql.innodb-flush-log-at-trx-commit: 1 | 2 | differs
    running.mysql.sync-binlog: 1 | 0 | differs
    running.mysql.prefer-ordering-index: on | off | differs
    running.mysql.time-zone: UTC | Europe/Berlin | differs
    running.mysql.tls: TLSv1.3, required | TLSv1.3, not required | differs
    running.mysql.connections: 100 of 500 | 100 of 80, too few | differs
    ");
}

#[test]
fn a_part_that_cannot_be_looked_at_is_unknown_with_the_reason() {
    let mut other = k3d();
    change(&mut other, |running| {
        running.database = Probe::of(Err::<Database, _>(std::io::Error::other("no route")));
    });
    let comparison = compare(&k3d(), &other);
    assert!(!comparison.differs());
    let rows = comparison.rows.iter();
    let unknown: Vec<_> = rows.filter(|row| row.verdict == Verdict::Unknown).collect();
    assert_eq!(unknown.len(), 10, "two schemas and eight of the server");
    for row in unknown {
        assert_eq!(row.right, Cell::Unknown("no route".to_owned()), "{row:?}");
    }
}

#[test]
fn sides_may_be_swapped() {
    let forth = compare(&dev_server(), &k3d());
    let back = compare(&k3d(), &dev_server());
    for (forth, back) in forth.rows.iter().zip(&back.rows) {
        assert_eq!(forth.aspect, back.aspect);
        assert_eq!((&forth.left, &forth.right), (&back.right, &back.left));
        assert_eq!(forth.verdict, back.verdict);
    }
}

#[test]
fn drift_from_the_own_profile_is_reported() {
    assert_eq!(k3d().drift(), [""; 0]);
    assert_eq!(dev_server().drift(), [""; 0], "the place has it so");
    assert_eq!(down(k3d()).drift(), [""; 0], "nothing is known");

    let mut drifted = k3d();
    drifted.rendered.history_shards = 8;
    drifted.rendered.server_version = "1.32.1".to_owned();
    change(&mut drifted, |running| {
        let kept = Some(Duration::from_secs(86_400));
        running
            .namespaces
            .insert("default".to_owned(), Probe::Known(kept));
    });
    change_database(&mut drifted, |database| {
        database.server.version = "9.7.4".to_owned();
        database.server.max_connections = 151;
    });
    let mut other = drifted.clone();
    other.profile = "server".to_owned();
    assert!(!compare(&drifted, &other).differs(), "both in the same way");
    assert_snapshot!(drifted.drift().join("\n"), @"
    k3d runs Temporal 1.32.0, but its profile requires 1.32.1
    k3d runs 4 history shards, but its profile requires 8
    k3d runs namespace `default` with a retention of 1d, but its profile requires 3d
    k3d runs MySQL 9.7.4, but its profile requires 8.4
    k3d runs a MySQL with 151 connections, but its profile requires 500
    ");
}
