//! `harness promote`.

mod interruption;
mod refusal;

use backend::event::Events;
use backend::{Fetch, Provision};
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use model::topology::WorkerBuilds;
use places::azure::{AzureBackend, PromotionOptions, register_providers};
use serde::Serialize;

use self::interruption::OnInterrupt;
use self::refusal::{allowed, basis, open, possible};
use super::azure_fault::AzureFault;
use super::outputs::{self, Outputs};
use super::plan::{self, Plan};
use super::session::{Session, Target};
use super::shutdown::Shutdown;
use super::test::{self, Row};
use super::{VerbResult, failure, in_azure, lifecycle, view};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Deploy a profile's topology to Azure, or update it there
///
/// Requires that every scenario of `promotion.require` has passed on this machine, on the same
/// topology with MySQL. Then creates the resource group and its resources, pushes the worker's
/// image, applies the objects to the cluster, and runs the required scenario `smoke`, if there is
/// one, through a forwarded port. After an interruption, run it again: it continues.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness promote -p azure --rehearse         on the built-in Azure: no account, no network
  harness promote -p azure
  harness plan -p azure --out plan.json
  harness promote -p azure --plan plan.json   only if nothing has changed since")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Refuse if anything has changed since this plan was written
    #[arg(long, value_name = "FILE")]
    plan: Option<Utf8PathBuf>,
    /// Promote although the gate is closed; the reason is stored in the stack's tags
    #[arg(long, value_name = "REASON", value_parser = said)]
    override_gate: Option<String>,
    /// Do not run the scenario `smoke` at the end
    #[arg(long)]
    no_smoke: bool,
    /// What to do with a running deployment when this command is interrupted
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    on_interrupt: OnInterrupt,
    /// Fault to inject into the built-in Azure; may be repeated
    #[arg(long, value_enum, value_name = "FAULT", requires = "rehearse")]
    fault: Vec<AzureFault>,
}

/// What `promote --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    plan: Plan,
    steps: model::plan::Plan,
    smoke: Option<Row>,
    outputs: Outputs,
}

/// Parses a reason, which must not be blank.
fn said(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("the reason is empty");
    }
    Ok(text.to_owned())
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let overridden = args.override_gate.clone();
    let promoted = Box::pin(promote(args, ui)).await;
    promoted.map_err(|mut error| {
        // The hinted command must override the gate again.
        if let Some(reason) = overridden {
            let again = Verb::PromoteOverriding(reason);
            for hint in &mut error.hints {
                hint.replace_verb(&Verb::Promote, &again);
            }
        }
        error
    })
}

/// The hint after an interruption.
fn go_on() -> Hint {
    Hint::run(Verb::Promote).words(" again to continue.")
}

async fn promote(args: Args, ui: &mut Ui) -> VerbResult {
    let earlier = args.plan.as_ref().map(|file| basis(file)).transpose()?;
    let loaded = super::session::load(&args.target);
    loaded.doubt(ui);
    let mut session = in_azure::own(loaded, "promote", ui).await?;
    let session = &mut *session;
    let foreseen = session.backend.worker.foresee(&session.topology);
    foreseen.map_err(super::session::backend_error)?;
    in_azure::go_wrong(session, &args.fault)?;
    let (events, mut receiver) = Events::channel();
    view::introduce(session, &events);
    let shutdown = Shutdown::listen_about(&args.target, events.clone(), under_way())?;
    let work = plan::draw(
        &args.target,
        session,
        WorkerBuilds::default(),
        &events,
        &shutdown.asked,
    );
    let mut plan = ui.follow(&mut receiver, Box::pin(work)).await?;
    let overridden = args.override_gate.is_some();
    allowed(overridden, earlier.as_ref(), &plan)?;
    // The build may take minutes, so every check that does not need it runs first.
    let work = workers(session, &events, &shutdown);
    let workers = ui.follow(&mut receiver, Box::pin(work)).await?;
    plan.judge_again(&args.target, workers, session)?;
    open(overridden, &plan)?;
    let work = ready_the_subscription(&args.target, session, &mut plan, &events, &shutdown);
    ui.follow(&mut receiver, Box::pin(work)).await?;
    possible(&plan)?;
    ui.text(plan::text(&plan));
    ui.text("");
    session.backend.set_options(PromotionOptions {
        gate_override: reason(&args, &plan),
        drifted: plan.changes.drifted(),
        another_password: false,
    });
    session.backend.listen(&events, &shutdown.asked);
    let work = lifecycle::bring_up(session, &events, &shutdown.asked);
    let steps = match ui.follow(&mut receiver, Box::pin(work)).await {
        Ok(steps) => steps,
        Err(error) => {
            let (stack, how) = (&session.backend.stack, args.on_interrupt);
            let listener = (&events, &mut receiver);
            let settled = interruption::settle(error, stack, how, &shutdown, listener, ui);
            return Err(settled.await);
        }
    };
    let again = || failure::interrupted(go_on());
    // Renews the group's time to live.
    let renewed = shutdown
        .asked
        .run_until_cancelled(session.backend.group.make());
    let renewed = renewed.await.ok_or_else(again)?;
    renewed.map_err(super::session::backend_error)?;
    // The options are carried out.
    session.backend.set_options(PromotionOptions::default());
    // The scenario has a listener of its own.
    drop(shutdown);
    let smoke = smoke(&args, session, ui).await?;
    let shutdown = Shutdown::listen_about(&args.target, events, under_way())?;
    let outputs = shutdown.asked.run_until_cancelled(outputs::of(session));
    let outputs = outputs.await.ok_or_else(again)??;
    ui.text(outputs::text(&outputs));
    ui.say(outputs::way_in(session, &args.target));
    outputs::tell_unseen(&outputs, ui);
    let exit = smoke.as_ref().map_or(Exit::Ok, Row::exit);
    ui.json(&Report {
        plan,
        steps,
        smoke,
        outputs,
    });
    Ok(exit)
}

/// What to do after an abort, for the second notice.
fn under_way() -> Hint {
    Hint::say("Azure continues its deployment: run ")
        .command(Verb::Promote)
        .words(" to continue, or ")
        .command(Verb::Destroy)
}

/// Registers missing resource providers, and repeats the checks that they left unanswered.
async fn ready_the_subscription(
    target: &Target,
    session: &Session<AzureBackend>,
    plan: &mut Plan,
    events: &Events,
    shutdown: &Shutdown,
) -> Result<(), CommandError> {
    let ready = async {
        let cloud = session.backend.site.cloud().await;
        let cloud = cloud.map_err(super::session::backend_error)?;
        let registered = register_providers(cloud, events).await;
        if registered.map_err(super::session::backend_error)? {
            events.notice("repeating the checks that had no answer");
            plan.changes
                .look_again(target, session, &shutdown.asked)
                .await?;
        }
        Ok(())
    };
    let done = shutdown.asked.run_until_cancelled(Box::pin(ready)).await;
    done.unwrap_or_else(|| Err(failure::interrupted(go_on())))
}

/// Builds the workers' images and returns the builds in them.
async fn workers(
    session: &Session<AzureBackend>,
    events: &Events,
    shutdown: &Shutdown,
) -> Result<WorkerBuilds, CommandError> {
    let provision = Provision {
        fetch: Fetch::Missing,
        events,
        cancel: &shutdown.asked,
    };
    let made = session.backend.worker.build(&session.topology, provision);
    made.await.map_err(super::session::backend_error)
}

/// The reason for overriding the gate; `None` if the gate is open.
fn reason(args: &Args, plan: &Plan) -> Option<String> {
    let closed = !plan.closed().is_empty();
    args.override_gate.clone().filter(|_| closed)
}

/// Runs the required scenario named `smoke`.
async fn smoke(
    args: &Args,
    session: &mut Session<AzureBackend>,
    ui: &mut Ui,
) -> Result<Option<Row>, CommandError> {
    if args.no_smoke || session.backend.site.without_cluster() {
        return Ok(None);
    }
    let files = session.profile.promotion.require.clone();
    for file in &files {
        let document = in_azure::document(file)?;
        if document.scenario.name.value == "smoke" {
            return Box::pin(test::one(&args.target, document, session, ui))
                .await
                .map(Some);
        }
    }
    Ok(None)
}
