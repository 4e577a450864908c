//! The aspects of one side, in display order. Pure.

use model::quantity::Duration;
use model::topology::{Command, Run, Tls};
use mysql::preflight;
use mysql::schema::State;
use temporal::Cluster;

use super::facts::{Cell, Database, Facts, Probe, Rendered, Running, Worker};

/// An aspect's name and value.
pub(super) type Aspect = (String, Cell);

/// The value of a cell for something that does not exist.
pub(super) const NONE: &str = "none";

/// The place of a side, which may differ between backends.
pub(super) fn place(facts: &Facts) -> Vec<Aspect> {
    let place = &facts.place;
    let given = |name: &str, text: &str| (format!("place.{name}"), Cell::Given(text.to_owned()));
    vec![
        given("backend", &place.backend),
        given("engine", &place.engine),
        given("database", &place.database),
    ]
}

/// What the profile requires.
pub(super) fn rendered(facts: &Facts) -> Vec<Aspect> {
    let asked = &facts.rendered;
    // The development server ignores these settings.
    let or_given = |text: String, given: &str| {
        if facts.is_dev_server() {
            Cell::Given(given.to_owned())
        } else {
            Cell::Known(text)
        }
    };
    let mut aspects = vec![
        ("topology".to_owned(), known(asked.topology.short())),
        ("server-version".to_owned(), known(&asked.server_version)),
        (
            "history-shards".to_owned(),
            or_given(asked.history_shards.to_string(), "1"),
        ),
    ];
    for (role, replicas) in &asked.roles {
        let replicas = or_given(replicas.to_string(), "in one process");
        aspects.push((format!("replicas.{role}"), replicas));
    }
    for (name, retention) in &asked.namespaces {
        aspects.push((format!("namespaces.{name}"), known(&retention)));
    }
    for (key, value) in &asked.dynamic_config {
        aspects.push((format!("dynamic-config.{key}"), known(value)));
    }
    let tls = match asked.tls {
        Tls::Required => "required",
        Tls::Off => "off",
    };
    aspects.extend([
        (
            "mysql.version".to_owned(),
            or_given(asked.mysql.clone(), NONE),
        ),
        ("mysql.tls".to_owned(), or_given(tls.to_owned(), NONE)),
        (
            "mysql.connections".to_owned(),
            or_given(connections(asked, asked.max_connections), NONE),
        ),
    ]);
    aspects.extend(asked.workers.iter().flat_map(worker));
    prefixed("profile", aspects)
}

fn worker(worker: &Worker) -> [Aspect; 3] {
    let run = match &worker.run {
        Run::BuiltIn => "built-in".to_owned(),
        Run::Build(folder) => format!("build {folder}"),
        Run::Command(Command { words, prepare }) => {
            let prepare = prepare
                .iter()
                .map(|words| format!(" after {}", words.join(" ")));
            format!("command {}{}", words.join(" "), prepare.collect::<String>())
        }
        Run::Image(image) => format!("image {image}"),
    };
    let aspect = |key: &str| format!("{}.{key}", worker.service);
    [
        (aspect("task-queue"), known(&worker.task_queue)),
        (aspect("replicas"), known(&worker.replicas)),
        (aspect("run"), known(&run)),
    ]
}

pub(super) fn running(facts: &Facts) -> Vec<Aspect> {
    let running = &facts.running;
    let cluster = running.then(|running| running.cluster.clone());
    let of_cluster = |text: fn(&Cluster) -> String| match cell(&cluster, text) {
        Cell::Known(text) if facts.is_dev_server() => Cell::Given(text),
        cell => cell,
    };
    let version = |cluster: &Cluster| cluster.server_version.clone();
    let mut aspects = vec![
        ("server-version".to_owned(), cell(&cluster, version)),
        (
            "history-shards".to_owned(),
            of_cluster(|cluster| cluster.history_shards.to_string()),
        ),
        (
            "default-store".to_owned(),
            of_cluster(|cluster| cluster.persistence_store.clone()),
        ),
        (
            "visibility-store".to_owned(),
            of_cluster(|cluster| cluster.visibility_store.clone()),
        ),
    ];
    for name in facts.rendered.namespaces.keys() {
        let kept = running.then(|running| retention(running, name));
        let text = |kept: &Option<Duration>| kept.map_or(NONE.to_owned(), |kept| kept.to_string());
        aspects.push((format!("namespaces.{name}"), cell(&kept, text)));
    }
    let database = running.then(|running| running.database.clone());
    aspects.extend(of_database(&facts.rendered, &database));
    prefixed("running", aspects)
}

fn retention(running: &Running, namespace: &str) -> Probe<Option<Duration>> {
    let asked = running.namespaces.get(namespace).cloned();
    asked.unwrap_or(Probe::Known(None))
}

fn of_database(asked: &Rendered, database: &Probe<Database>) -> Vec<Aspect> {
    let default = database.then(|database| database.default_schema.clone());
    let visibility = database.then(|database| database.visibility_schema.clone());
    let variable = |name: &str, text: fn(&preflight::Facts) -> String| {
        let value = cell(database, |database| text(&database.server));
        (format!("mysql.{name}"), value)
    };
    let allowed = |database: &Database| connections(asked, database.server.max_connections);
    vec![
        ("schema.default".to_owned(), cell(&default, schema)),
        ("schema.visibility".to_owned(), cell(&visibility, schema)),
        variable("version", |server| server.version.clone()),
        variable("transaction-isolation", |server| {
            server
                .transaction_isolation
                .clone()
                .unwrap_or(NONE.to_owned())
        }),
        variable("innodb-flush-log-at-trx-commit", |server| {
            server.innodb_flush_log_at_trx_commit.to_string()
        }),
        variable("sync-binlog", |server| server.sync_binlog.to_string()),
        variable("prefer-ordering-index", |server| {
            match server.prefer_ordering_index {
                Some(true) => "on",
                Some(false) => "off",
                None => NONE,
            }
            .to_owned()
        }),
        variable("time-zone", |server| server.time_zone.clone()),
        variable("tls", tls),
        ("mysql.connections".to_owned(), cell(database, allowed)),
    ]
}

/// A schema's version and its problem, if it has one.
fn schema(state: &State) -> String {
    match state {
        State::Empty => NONE.to_owned(),
        State::Current(version) => version.to_string(),
        State::Older(version) => format!("{version}, older than the server's"),
        State::Newer(version) => format!("{version}, newer than the server's"),
        State::HalfApplied {
            version, towards, ..
        } => format!("{version}, half of {towards} applied"),
    }
}

/// The encryption of the connection, and whether the server requires it.
fn tls(server: &preflight::Facts) -> String {
    match (server.tls_version.as_str(), server.require_secure_transport) {
        ("", _) => "off".to_owned(),
        (version, true) => format!("{version}, required"),
        (version, false) => format!("{version}, not required"),
    }
}

/// The connections that the topology may need, of those that the server allows.
fn connections(asked: &Rendered, allowed: u32) -> String {
    let needed = asked.needed_connections;
    let verdict = if needed > allowed { ", too few" } else { "" };
    format!("{needed} of {allowed}{verdict}")
}

fn known(text: &(impl ToString + ?Sized)) -> Cell {
    Cell::Known(text.to_string())
}

/// The cell of a probe.
fn cell<T>(probe: &Probe<T>, text: impl FnOnce(&T) -> String) -> Cell {
    match probe {
        Probe::Known(found) => Cell::Known(text(found)),
        Probe::Unknown(why) => Cell::Unknown(why.clone()),
        Probe::Absent => Cell::Given(NONE.to_owned()),
    }
}

fn prefixed(section: &str, aspects: Vec<Aspect>) -> Vec<Aspect> {
    let name = |(name, cell)| (format!("{section}.{name}"), cell);
    aspects.into_iter().map(name).collect()
}
