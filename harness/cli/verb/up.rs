//! `harness up`.

use backend::event::Events;
use backend::{Backend, Endpoint, Host as _, Place};
use base::hint::{Hint, Verb};
use model::plan::{Action, Plan};
use model::topology::Topology;
use serde::Serialize;

use super::session::{self, Session, Target};
use super::shutdown::Shutdown;
use super::{VerbResult, existing, lifecycle, place, view};
use crate::error::Exit;
use crate::ui::{Table, Ui};

/// Start the topology and leave it running
///
/// Keeps the resources that run as the profile says, restarts those that died, and replaces those
/// whose configuration changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness up --local
  harness up --set worker.replicas=3
  harness up --dry-run")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Show the plan without changing anything
    #[arg(long)]
    dry_run: bool,
}

/// What `up --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report<'a> {
    profile: &'a str,
    topology_digest: String,
    place: Place,
    plan: &'a Plan,
    endpoints: Vec<Endpoint>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let loaded = session::load(&args.target);
    if let Some(profile) = loaded.readable() {
        place::here(&args.target, profile, Some(Verb::Promote))?;
    }
    loaded.doubt(ui);
    if args.dry_run {
        let session = session::look(&loaded).await?;
        return session::on_backend!(session, |session| Box::pin(dry_run(session, ui)).await);
    }
    let session = session::own(&loaded, "up", ui).await?;
    session::on_backend!(session, |session| {
        Box::pin(bring_up(session, &args.target, ui)).await
    })
}

async fn dry_run<B: Backend>(session: &mut Session<B>, ui: &mut Ui) -> VerbResult {
    let allowed = session.state.allows(&session.place.backend);
    allowed.map_err(session::state_error)?;
    let (events, mut receiver) = Events::channel();
    let plan = ui
        .follow(&mut receiver, lifecycle::dry_run(session, &events))
        .await?;
    let mut table = Table::new(["ACTION", "RESOURCE", "REASON"]);
    for step in &plan.steps {
        table.row([
            step.action.to_string(),
            step.id.to_string(),
            step.reason.clone(),
        ]);
    }
    ui.text(table.render());
    report(session, &plan, ui).await;
    Ok(Exit::Ok)
}

async fn bring_up<B: Backend>(
    session: &mut Session<B>,
    target: &Target,
    ui: &mut Ui,
) -> VerbResult {
    let (events, mut receiver) = Events::channel();
    view::introduce(session, &events);
    if let Some(cluster) = &session.place.cluster {
        events.notice(existing::connects_to(cluster, &session.topology));
    }
    let shutdown = Shutdown::listen_about(
        target,
        events.clone(),
        Hint::say("run ").command(Verb::Down),
    )?;
    let work = lifecycle::bring_up(session, &events, &shutdown.asked);
    let plan = ui.follow(&mut receiver, work).await?;
    let endpoints = session.backend.hosts().endpoints().await;
    if !endpoints.is_empty() {
        ui.text(view::endpoints(&endpoints));
        ui.text("");
    }
    ui.text(done(&plan));
    let verbs = next_verbs(&session.place, &session.topology);
    ui.text(next_steps(&endpoints, &verbs, &target.suffix()));
    report(session, &plan, ui).await;
    Ok(Exit::Ok)
}

async fn report<B: Backend>(session: &Session<B>, plan: &Plan, ui: &mut Ui) {
    ui.json(&Report {
        profile: session.profile.name.as_str(),
        topology_digest: session.topology.digest.to_string(),
        place: session.place.clone(),
        plan,
        endpoints: session.backend.hosts().endpoints().await,
    });
}

fn done(plan: &Plan) -> String {
    let done: Vec<String> = [
        (Action::Create, "created"),
        (Action::Update, "replaced"),
        (Action::Delete, "removed"),
    ]
    .into_iter()
    .filter_map(|(action, done)| {
        let steps = plan.steps.iter().filter(|step| step.action == action);
        let count = steps.count();
        (count > 0).then(|| format!("{count} {done}"))
    })
    .collect();
    if done.is_empty() {
        "everything was already up".to_owned()
    } else {
        format!("everything is up: {}", done.join(", "))
    }
}

/// The commands that a new user tries next.
fn next_steps(endpoints: &[Endpoint], verbs: &[&str], suffix: &str) -> String {
    let mut lines = Vec::new();
    if let Some(starter) = view::find(endpoints, "starter") {
        let address = starter.address;
        lines.push("try:".to_owned());
        lines.push(format!("  curl 'http://{address}/sync?name=Ada'"));
        lines.push(format!("  curl 'http://{address}/async?name=Grace'"));
    }
    lines.push("then:".to_owned());
    let verbs = verbs.iter();
    lines.extend(verbs.map(|verb| format!("  harness {verb}{suffix}")));
    lines.join("\n")
}

/// The verbs that are of use for a topology that is up.
fn next_verbs(place: &Place, topology: &Topology) -> Vec<&'static str> {
    let has_worker = topology.own_workers().next().is_some();
    // An existing cluster has its own console.
    let has_console = place.cluster.is_none();
    let verbs = [
        ("status", true),
        ("logs -f worker", has_worker),
        ("open web", has_console),
        ("down", true),
    ];
    let verbs = verbs.into_iter().filter(|(_, is_of_use)| *is_of_use);
    verbs.map(|(verb, _)| verb).collect()
}
