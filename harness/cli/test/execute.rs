//! Running scenarios one after another on one topology.

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use super::Args;
use super::documents::{self, Resolved};
use super::view::{self, Row};
use crate::backend::Backend;
use crate::cli::session::{self, Session, Target};
use crate::cli::shutdown::Shutdown;
use crate::cli::{Outcome, lifecycle, reap};
use crate::error::{CommandError, Exit};
use crate::event::{Event, Events};
use crate::fault;
use crate::plan::{Action, Plan};
use crate::report::{self, Context, Machine, Report};
use crate::scenario::{self, Document, Resolution, RunPlan, Verdict};
use crate::ui::{Output, Ui};

/// What a test run writes to while it goes on.
struct Stage<'a> {
    ui: &'a mut Ui,
    events: Events,
    receiver: UnboundedReceiver<Event>,
    shutdown: Shutdown,
    /// Whether the topology is somebody's who has it up.
    was_up: bool,
}

/// Runs what can run, shows the verdicts, and takes down what was brought up.
pub(super) async fn execute<B: Backend>(
    args: &Args,
    resolved: Vec<Resolved>,
    session: &mut Session<B>,
    ui: &mut Ui,
) -> Outcome {
    let (events, receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run `harness heal` or `harness down`");
    let mut stage = Stage {
        ui,
        events,
        receiver,
        shutdown,
        was_up: lifecycle::is_up(session).await?,
    };
    if session.backend.is_promoted_to() && !stage.was_up {
        return Err(CommandError::new(Exit::Unavailable, "nothing is promoted")
            .hint("run `harness promote` first: `test` makes nothing in Azure"));
    }
    let mut rows = Vec::new();
    let runs = run_all(args, resolved, session, &mut stage, &mut rows).await;
    let taken_down = if args.keep || stage.was_up {
        Ok(())
    } else {
        take_down(session, &mut stage).await
    };
    // What was judged is shown, also where something failed afterwards.
    if !rows.is_empty() && (runs.is_ok() || stage.ui.output() == Output::Text) {
        view::verdicts(&rows, stage.ui);
    }
    taken_down?;
    runs?;
    let gravest = rows.iter().map(|row| row.verdict).max();
    Ok(gravest.map_or(Exit::Ok, Exit::from))
}

/// Runs one scenario on what is up and leaves it up.
pub(in crate::cli) async fn one<B: Backend>(
    target: &Target,
    document: Document,
    session: &mut Session<B>,
    ui: &mut Ui,
) -> Result<Row, CommandError> {
    let (events, receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run `harness heal`");
    let mut stage = Stage {
        ui,
        events,
        receiver,
        shutdown,
        was_up: true,
    };
    let args = Args::of_one(target);
    let resolved = documents::resolve(vec![document], None, session)?;
    let mut rows = Vec::new();
    run_all(&args, resolved, session, &mut stage, &mut rows).await?;
    Ok(rows.remove(0))
}

async fn run_all<B: Backend>(
    args: &Args,
    resolved: Vec<Resolved>,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
    rows: &mut Vec<Row>,
) -> Result<(), CommandError> {
    crate::cli::view::introduce(session, &stage.events);
    for scenario in resolved {
        if stage.shutdown.asked.is_cancelled() {
            return Err(CommandError::new(Exit::Interrupted, "interrupted"));
        }
        let name = scenario.document.scenario.name.value.clone();
        let row = match &scenario.resolution {
            Resolution::Runnable(plan) => {
                run_one(args, scenario.document.name(), plan, session, stage).await?
            }
            Resolution::Unrunnable { reasons } => {
                let Verdict { kind, reason } = Verdict::skipped(reasons);
                stage.events.send(Event::ScenarioFinished {
                    scenario: name.clone(),
                    verdict: kind.to_string(),
                    reason: reason.clone(),
                });
                Row {
                    scenario: name,
                    verdict: kind,
                    reason,
                    seed: scenario.seed,
                    report: None,
                }
            }
        };
        rows.push(row);
    }
    Ok(())
}

/// Runs one scenario on a topology that is as it should be, and writes its report at once.
async fn run_one<B: Backend>(
    args: &Args,
    document: &str,
    plan: &RunPlan,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
) -> Result<Row, CommandError> {
    let asked = &stage.shutdown.asked;
    let (was_up, promoted) = (stage.was_up, session.backend.is_promoted_to());
    let events = stage.events.clone();
    let look = |plan: &Plan| match changes(plan) {
        Some(_) if promoted => Err(lifecycle::differs(plan)),
        Some(word) if was_up => {
            events.notice(word);
            Ok(())
        }
        _ => Ok(()),
    };
    let up = lifecycle::bring_up_after(session, &stage.events, asked, look);
    stage.ui.follow(&mut stage.receiver, up).await?;
    let _guard = (!plan.faults.is_empty())
        .then(|| reap::guard(&args.target, &session.state))
        .transpose()?;
    let journal = fault::Journal::open(&session.state.faults())
        .map_err(|error| CommandError::new(Exit::Unavailable, error))?;
    let run = scenario::run(plan, &session.backend, &journal, &stage.events, asked);
    let outcome = stage.ui.follow(&mut stage.receiver, Box::pin(run)).await;
    let outcome = outcome.map_err(|error| CommandError::new(Exit::Unavailable, error))?;
    let context = Context {
        document,
        profile: &args.target.suffix(),
        place: &session.backend.place(),
        topology: &session.topology.digest,
        temporal: &session.topology.temporal.version,
        machine: &Machine::this(),
    };
    let report = Report::new(context, plan, &outcome);
    let folder = session
        .state
        .reports()
        .join(format!("{}-{}", plan.scenario, plan.run));
    let path = report::write(&folder, plan, &outcome, &report)
        .map_err(|error| CommandError::new(Exit::Unavailable, error))?;
    stage.ui.text(report.summary());
    Ok(Row {
        scenario: plan.scenario.clone(),
        verdict: report.verdict,
        reason: report.reason,
        seed: plan.seed,
        report: Some(from_here(&path).to_string()),
    })
}

/// What is done to a topology that was up, and stays so: somebody else may be working with it.
fn changes(plan: &Plan) -> Option<String> {
    const SHOWN: usize = 4;
    let steps = plan.steps.iter();
    let mut steps = steps.filter(|step| step.action != Action::Keep);
    let shown: Vec<String> = steps
        .by_ref()
        .take(SHOWN)
        .map(|step| format!("{} {} ({})", step.action, step.id, step.reason))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let more = match steps.count() {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    Some(format!(
        "what is up is not what this command asks for, and is changed: {}{more}; it stays up like \
         that, and `harness up` with the settings that it had changes it back",
        shown.join(", ")
    ))
}

/// A path as a user would type it.
fn from_here(path: &camino::Utf8Path) -> &camino::Utf8Path {
    let here = session::working_directory().ok();
    here.and_then(|here| path.strip_prefix(here).ok())
        .unwrap_or(path)
}

async fn take_down<B: Backend>(
    session: &Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(), CommandError> {
    let owned = session.owned();
    let (never, hurry) = (CancellationToken::new(), &stage.shutdown.insisted);
    let down = lifecycle::take_down(&owned, &stage.events, &never, hurry);
    stage.ui.follow(&mut stage.receiver, down).await.map(drop)
}
