use camino::Utf8Path;

use super::session::{self, Owned, Target};
use super::shutdown::Shutdown;
use super::{Outcome, lifecycle};
use crate::backend::{Backend, process};
use crate::error::{CommandError, Exit};
use crate::event::Events;
use crate::state::Directory;
use crate::ui::Ui;

/// Stop everything that `up` started, and say so if anything is left
///
/// Data, logs and reports stay; `--purge` removes them as well.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness down\n  harness down --purge --yes")]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// Remove data, logs and reports too
    #[arg(long)]
    purge: bool,
    /// Do not ask for leave to remove them
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    if let Ok(state) = session::state(&args.target)
        && !state.exists()
    {
        return without_state(&state, ui).await;
    }
    match session::own(&args.target, "down", ui).await {
        Ok(session) => session::on_backend!(session, |session| {
            remove(&args, &session.owned(), ui).await
        }),
        Err(invalid) if invalid.exit == Exit::Invalid => {
            let abandoned = session::abandoned(&args.target, "down").await?;
            let Some((state, journal, backend)) = abandoned else {
                return Err(invalid);
            };
            ui.say(&invalid);
            ui.say("· what was brought up before is known by its records");
            let owned = Owned {
                backend: &backend,
                state: &state,
                journal: &journal,
            };
            remove(&args, &owned, ui).await
        }
        Err(error) => Err(error),
    }
}

/// Takes down, and purges while the folder is still owned.
async fn remove<B: Backend>(args: &Args, owned: &Owned<'_, B>, ui: &mut Ui) -> Outcome {
    refuse_to_purge(args, owned.state.path())?;
    let removed = take_down(owned, ui).await?;
    ui.text(match removed.len() {
        0 => "nothing was up".to_owned(),
        count => format!("everything is down: {count} removed"),
    });
    if args.purge {
        let purged = owned.state.purge();
        purged.map_err(|error| CommandError::new(Exit::Leftovers, error))?;
        let path = owned.state.path();
        ui.text(format!("data, logs and reports in {path} are gone"));
    }
    ui.json(&serde_json::json!({"removed": removed, "purged": args.purge}));
    Ok(Exit::Ok)
}

/// Where there is no state folder there may still be processes that have lost theirs.
async fn without_state(state: &Directory, ui: &mut Ui) -> Outcome {
    let ended = process::end_orphans(state).await.map_err(|left| {
        let list = left.join("\n  ");
        CommandError::new(Exit::Leftovers, format!("these would not end:\n  {list}"))
    })?;
    ui.text(match ended.len() {
        0 => nothing_is_up(state),
        _ => format!(
            "ended, although their state folder is gone:\n  {}",
            ended.join("\n  ")
        ),
    });
    ui.json(&serde_json::json!({"removed": ended, "purged": false}));
    Ok(Exit::Ok)
}

async fn take_down<B: Backend>(
    owned: &Owned<'_, B>,
    ui: &mut Ui,
) -> Result<Vec<String>, CommandError> {
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen(events.clone(), "run `harness down` again");
    let work = lifecycle::take_down(owned, &events, &shutdown.asked, &shutdown.insisted);
    ui.follow(&mut receiver, work).await
}

fn nothing_is_up(state: &Directory) -> String {
    let others = session::others_up(state);
    if others.is_empty() {
        return "nothing is up, and nothing was".to_owned();
    }
    let list = others.join(", ");
    format!("nothing of that name is up; up here: {list} (`harness down --profile NAME`)")
}

/// Data is removed only when both are said.
fn refuse_to_purge(args: &Args, folder: &Utf8Path) -> Result<(), CommandError> {
    if !args.purge || args.yes {
        return Ok(());
    }
    Err(CommandError::new(
        Exit::NotAllowed,
        format!("`--purge` would remove {folder} with its database, logs and reports"),
    )
    .hint("add `--yes` to remove them, or leave `--purge` out to keep them"))
}
