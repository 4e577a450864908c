//! `harness destroy`.

use backend::event::Events;
use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use jiff::Timestamp;
use places::azure::{AzureBackend, Holding};
use serde::Serialize;

use super::azure_fault::AzureFault;
use super::session::{self, Session, Target, backend_error};
use super::shutdown::Shutdown;
use super::view::short_type;
use super::{VerbResult, in_azure, lifecycle};
use crate::error::{CommandError, Exit};
use crate::ui::{Table, Ui};

/// Delete a promoted topology: the stack with its resources, then the resource group
///
/// Lists the resources first. Keeps resources that the harness did not create, and then the
/// resource group too. Also keeps a resource group that somebody else created for the profile. If
/// something could not be deleted, run it again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  harness destroy -p azure             list what would be deleted
  harness destroy -p azure --yes
  harness destroy -p azure --expired --yes   only if its time to live is over")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Confirm the deletion
    #[arg(long, short)]
    yes: bool,
    /// Delete only if the `time-to-live` of the promotion is over
    #[arg(long)]
    expired: bool,
    /// Fault to inject into the built-in Azure; may be repeated
    #[arg(long, value_enum, value_name = "FAULT", requires = "rehearse")]
    fault: Vec<AzureFault>,
}

/// What `destroy --output json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    holding: Option<Holding>,
    removed: Vec<String>,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
    let mut session = in_azure::own(session::load(&args.target), "destroy", ui).await?;
    let session = &mut *session;
    in_azure::go_wrong(session, &args.fault)?;
    let holding = Holding::look(&session.backend.stack).await;
    let holding = holding.map_err(backend_error)?;
    if let Some(holding) = &holding {
        ui.text(table(holding));
        ui.text("");
        if args.expired && !expired(holding)? {
            return Ok(not_yet(holding, ui));
        }
        if !args.yes {
            return Err(refusal(holding));
        }
    }
    if holding.is_none() {
        if args.expired {
            return Ok(nothing(holding, ui));
        }
        let here = lifecycle::observe(session).await?;
        if !here.is_empty() && !args.yes {
            let list: Vec<String> = here.iter().map(|it| it.id.to_string()).collect();
            let what = format!("this would remove, on this machine: {}", list.join(", "));
            return Err(
                CommandError::new(Exit::NotAllowed, what).hint("Add `--yes` to remove them.")
            );
        }
    }
    let removed = Box::pin(take_down(&args.target, session, ui)).await?;
    ui.text(gone(removed.len(), holding.as_ref()));
    // Everything is deleted, so a record that cannot be removed is only a warning.
    if let Err(error) = session.backend.places.forget().await {
        ui.say(format!("! {}", in_one_line(&error)));
    }
    for note in in_azure::elsewhere(&args.target, session).await {
        ui.say(format!("! {note}"));
    }
    ui.json(&Report { holding, removed });
    Ok(Exit::Ok)
}

fn gone(removed: usize, holding: Option<&Holding>) -> String {
    match (removed, holding) {
        (0, None) => "nothing has been promoted, and nothing was left".to_owned(),
        (count, Some(Holding { group, .. })) if stays(holding) => format!(
            "deleted everything except resource group {group}, which the harness did not create: \
             {count} removed"
        ),
        (count, _) => format!("deleted everything: {count} removed"),
    }
}

fn stays(holding: Option<&Holding>) -> bool {
    holding.is_some_and(|holding| holding.group_stays)
}

fn table(holding: &Holding) -> String {
    let mut table = Table::new(["TYPE", "NAME", ""]);
    let stays = if holding.group_stays {
        "stays: not created by the harness"
    } else {
        ""
    };
    table.row(["resource group", &holding.group, stays].map(str::to_owned));
    for it in &holding.owned {
        table.row([short_type(&it.kind), it.name.clone(), String::new()]);
    }
    for it in &holding.foreign {
        let stays = "stays: not created by the harness; the group stays too".to_owned();
        table.row([short_type(&it.kind), it.name.clone(), stays]);
    }
    table.render()
}

/// Whether the time to live is over.
fn expired(holding: &Holding) -> Result<bool, CommandError> {
    let Some(text) = &holding.expires else {
        return Ok(false);
    };
    let expires: Timestamp = text.parse().map_err(|error| {
        let wrong = format!(
            "the tag harness-expires of {} is not a time: {error}",
            holding.group
        );
        CommandError::new(Exit::Unavailable, wrong)
            .hint(Hint::run(Verb::Promote).words(" to set it again."))
    })?;
    Ok(expires <= Timestamp::now())
}

fn not_yet(holding: &Holding, ui: &mut Ui) -> Exit {
    ui.text(match &holding.expires {
        Some(expires) => format!("the time to live ends at {expires}: nothing was deleted"),
        None => "the promotion set no `time-to-live`: nothing was deleted".to_owned(),
    });
    ui.json(&serde_json::json!({"holding": holding, "removed": []}));
    Exit::Ok
}

fn nothing(holding: Option<Holding>, ui: &mut Ui) -> Exit {
    ui.text("nothing has been promoted");
    let removed = Vec::new();
    ui.json(&Report { holding, removed });
    Exit::Ok
}

fn refusal(holding: &Holding) -> CommandError {
    let what = format!(
        "this would delete {} resource(s) of resource group {}, including the database with all \
         workflows",
        holding.owned.len(),
        holding.group
    );
    CommandError::new(Exit::NotAllowed, what).hint("Add `--yes` to delete them.")
}

async fn take_down(
    target: &Target,
    session: &mut Session<AzureBackend>,
    ui: &mut Ui,
) -> Result<Vec<String>, CommandError> {
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen_about(
        target,
        events.clone(),
        Hint::say("run ").command(Verb::Destroy).words(" again"),
    )?;
    session.backend.listen(&events, &shutdown.asked);
    let owned = session.owned();
    let work = lifecycle::take_down(&owned, &events, &shutdown.asked, &shutdown.insisted);
    ui.follow(&mut receiver, Box::pin(work)).await
}
