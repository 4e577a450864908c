//! `harness status`.

use backend::fault::Unhealed;
use backend::state::Directory;
use backend::{Backend, ClusterSeen, Endpoint, ExistingCluster, Host as _, Place, Readiness};
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use model::document::Origin;
use model::plan::{ResourceId, ResourceKind, State};
use model::topology::Topology;
use serde::Serialize;

use super::abandoned;
use super::any_backend::on_any_backend;
use super::session::{self, Target};
use super::{VerbResult, lifecycle, view};
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};

/// The state of a resource that does its job.
const READY: &str = "ready";

/// The state of a resource that the profile has and that does not exist.
const MISSING: &str = "missing";

/// Show what runs, whether it is ready, and where
///
/// Exits 0 if every resource of the profile is ready, else 69. If the profile cannot be read, shows
/// what the records in the state folder name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness status\n  harness status --output json")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
}

/// What `status --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    profile: String,
    /// Where the profile was found; absent if it cannot be read.
    #[serde(flatten)]
    origin: Option<Origin>,
    place: Place,
    /// What the existing cluster answers; absent if the place runs its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<Answer>,
    /// The record of a load on the existing cluster that has not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_load: Option<Utf8PathBuf>,
    resources: Vec<Row>,
    endpoints: Vec<Endpoint>,
}

/// What an existing cluster answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    /// The version of its server.
    Version(String),
    /// Why it does not answer.
    Reason(String),
}

impl Answer {
    fn of(seen: &ClusterSeen) -> Self {
        match seen.version.clone() {
            Ok(version) => Self::Version(version),
            Err(reason) => Self::Reason(reason),
        }
    }
}

/// The cluster and its answer, in one line.
fn answer_of(seen: &ClusterSeen) -> String {
    let ExistingCluster {
        address, namespace, ..
    } = &seen.cluster;
    let answer = match &seen.version {
        Ok(version) => format!("Temporal {version} answers"),
        Err(reason) => reason.clone(),
    };
    format!("cluster {address}, namespace {namespace}: {answer}")
}

#[derive(Debug, Serialize)]
struct Row {
    id: ResourceId,
    state: &'static str,
    reason: Option<String>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let loaded = session::load(&args.target);
    match session::look(&loaded).await {
        Ok(session) => session::on_backend!(session, |session| {
            let seen = Seen {
                target: &args.target,
                profile: session.profile.name.as_str(),
                origin: Some(&session.origin),
                topology: Some(&session.topology),
                state: &session.state,
                place: &session.place,
                backend: &session.backend,
            };
            show(&seen, ui).await
        }),
        Err(error) => {
            let abandoned = abandoned::look(&loaded, error, ui)?;
            on_any_backend!(&abandoned.backend, |backend| {
                let seen = Seen {
                    target: &args.target,
                    profile: &abandoned.name,
                    origin: None,
                    topology: None,
                    state: &abandoned.state,
                    place: &abandoned.place,
                    backend,
                };
                show(&seen, ui).await
            })
        }
    }
}

struct Seen<'a, B> {
    target: &'a Target,
    profile: &'a str,
    origin: Option<&'a Origin>,
    /// None where the profile cannot be read.
    topology: Option<&'a Topology>,
    state: &'a Directory,
    place: &'a Place,
    backend: &'a B,
}

async fn show<B: Backend>(seen: &Seen<'_, B>, ui: &mut Ui) -> VerbResult {
    let Seen {
        target,
        profile,
        origin,
        state,
        topology,
        place,
        backend,
    } = seen;
    let open_faults = lifecycle::open_faults(state)?;
    let rows = rows(seen).await?;
    let endpoints = backend.hosts().endpoints().await;
    let cluster = backend.existing_cluster().await;
    // Somebody else may run all workers of an existing cluster.
    let needs_none = |it: &&Topology| cluster.is_some() && it.own_workers().next().is_none();
    let needs_none = topology.as_ref().is_some_and(needs_none);
    let answers = cluster.as_ref().is_none_or(|it| it.version.is_ok());
    let is_up = !rows.is_empty() || needs_none;
    let ready = is_up && answers && rows.iter().all(|row| row.state == READY);
    let from = origin.map_or_else(String::new, |origin| format!(" ({origin})"));
    let line = cluster
        .as_ref()
        .map(|seen| format!("\n{}", answer_of(seen)));
    let line = line.unwrap_or_default();
    if rows.is_empty() {
        let what = if needs_none {
            "no worker runs here, as `replicas` is 0"
        } else {
            "nothing is up"
        };
        ui.text(format!("profile {profile}{from}: {what}{line}"));
        let others = session::others_up(state);
        if !others.is_empty() {
            ui.text(format!("up here under other names: {}", others.join(", ")));
        }
    } else {
        ui.text(format!("profile {profile}{from}{line}"));
        ui.text("");
        let mut table = Table::new(["RESOURCE", "STATE", ""]);
        for row in &rows {
            let reason = row.reason.clone().unwrap_or_default();
            table.row([row.id.to_string(), row.state.to_owned(), reason]);
        }
        ui.text(table.render());
        if !endpoints.is_empty() {
            ui.text("");
            ui.text(view::endpoints(&endpoints));
        }
    }
    let open_load = Some(state.load()).filter(|path| path.exists());
    for left in left(open_faults, open_load.is_some()) {
        ui.say(format!("! {}", target.complete(left)));
    }
    ui.json(&Status {
        profile: (*profile).to_owned(),
        origin: origin.cloned(),
        place: (*place).clone(),
        cluster: cluster.as_ref().map(Answer::of),
        open_load,
        resources: rows,
        endpoints,
    });
    Ok(if ready { Exit::Ok } else { Exit::Unavailable })
}

/// What an interrupted run left, each with the command that cleans up.
fn left(open_faults: Vec<Unhealed>, has_open_load: bool) -> Vec<Hint> {
    let faults = open_faults.into_iter().map(|open| {
        let open = open.occurrence;
        let fault = format!(
            "fault `{}` ({} {}) of an interrupted run is still open; run ",
            open.id, open.fault, open.target
        );
        Hint::say(fault).command(Verb::Heal).words(" to undo it")
    });
    let load = has_open_load.then(|| {
        Hint::say("an interrupted run may have left workflows open on the cluster; run ")
            .command(Verb::Heal)
            .words(" to terminate them")
    });
    faults.chain(load).collect()
}

/// The resources that exist and those that should exist. If none exists, none counts as missing:
/// the topology is not up.
async fn rows<B: Backend>(seen: &Seen<'_, B>) -> Result<Vec<Row>, CommandError> {
    let observed = lifecycle::look(seen.backend, seen.state).await?;
    let wanted = seen.state.wanted().map_err(session::state_error)?;
    let mut rows = Vec::new();
    for resource in observed {
        let other = |digest| wanted.get(&resource.id).is_some_and(|it| it != digest);
        let (state, reason) = match resource.state {
            State::Dead { reason } => ("dead", Some(reason)),
            State::Live(digest) if other(&digest) => {
                let why = "an interrupted command did not replace it yet";
                ("outdated", Some(why.to_owned()))
            }
            State::Live(_) => match seen.backend.ready(&resource.id, None).await {
                Readiness::Ready => (READY, None),
                Readiness::NotYet(reason) | Readiness::Never(reason) => ("not-ready", Some(reason)),
            },
        };
        rows.push(Row {
            id: resource.id,
            state,
            reason,
        });
    }
    if rows.is_empty() {
        return Ok(rows);
    }
    if let Some(topology) = seen.topology {
        let expected = seen.backend.expects(topology).await;
        let expected = expected.map_err(session::backend_error)?;
        for row in rows.iter_mut().filter(|row| !expected.contains(&row.id)) {
            let not_wanted = || "not in the profile".to_owned();
            row.reason.get_or_insert_with(not_wanted);
        }
        add_missing(&mut rows, expected, "the profile requires it", seen.backend).await;
    }
    let by_whom = "the last command that changed the topology required it";
    add_missing(&mut rows, wanted.into_keys(), by_whom, seen.backend).await;
    Ok(rows)
}

async fn add_missing<B: Backend>(
    rows: &mut Vec<Row>,
    expected: impl IntoIterator<Item = ResourceId>,
    by_whom: &str,
    backend: &B,
) {
    // An image in a registry is named by its digest, which is unknown before the build. The
    // deployments that run it show whether it is there.
    let expected = expected
        .into_iter()
        .filter(|id| id.kind() != ResourceKind::Image);
    for id in expected {
        if rows.iter().all(|row| row.id != id) {
            rows.push(missing(backend, id, by_whom).await);
        }
    }
}

/// The row of a resource that was not observed. Only Temporal namespaces are asked for one by one.
async fn missing<B: Backend>(backend: &B, id: ResourceId, by_whom: &str) -> Row {
    let (state, reason) = match id.kind() {
        ResourceKind::Namespace => match backend.ready(&id, None).await {
            Readiness::Ready => (READY, None),
            Readiness::NotYet(reason) | Readiness::Never(reason) => (MISSING, Some(reason)),
        },
        _ => (MISSING, Some(by_whom.to_owned())),
    };
    Row { id, state, reason }
}
