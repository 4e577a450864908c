//! `harness down`.

use std::time::Duration;

use backend::Backend;
use backend::event::Events;
use backend::fault;
use backend::state::Directory;
use base::causes::in_one_line;
use base::hint::{Command, Hint, Verb};
use base::tool::Environment;
use camino::Utf8Path;
use docker::Engine;
use model::profile::Profile;
use model::quantity;

use super::abandoned;
use super::any_backend::on_any_backend;
use super::session::{self, Owned, Target};
use super::shutdown::Shutdown;
use super::{Outcome, failure, lifecycle, place};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// How long a Docker engine may take to answer at all.
const DOCKER: Duration = Duration::from_secs(10);

/// The way out where nobody can say whether anything is left.
fn down_again() -> Hint {
    Hint::run(Verb::Down).words(" again: containers may be left")
}

/// Stop everything that `up` started, and say so if anything is left
///
/// Data, logs and reports stay; `--purge` removes them as well.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness down\n  harness down --purge --yes")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Remove data, logs and reports too
    #[arg(long)]
    purge: bool,
    /// Do not ask for leave to remove them
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> Outcome {
    let loaded = session::load(&args.target);
    if let Some(profile) = loaded.readable() {
        place::here(&args.target, profile, Some(Verb::Destroy))?;
    }
    if let Ok((profile, state)) = loaded.named()
        && !state.exists().map_err(session::state_error)?
    {
        return without_state(profile, &state, ui).await;
    }
    match session::own(&loaded, "down", ui).await {
        Ok(session) => session::on_backend!(session, |session| {
            Box::pin(remove(&args, &session.owned(), ui)).await
        }),
        Err(invalid) if invalid.exit == Exit::Invalid => {
            let abandoned = abandoned::own(&loaded, "down", &invalid, ui).await?;
            let Some(abandoned) = abandoned else {
                return Err(elsewhere(invalid, &args.target)?);
            };
            on_any_backend!(&abandoned.backend, |backend| {
                Box::pin(remove(&args, &abandoned.owned(backend), ui)).await
            })
        }
        Err(error) => Err(error),
    }
}

/// Says under which names something is up here, where nothing is under the one that was meant.
fn elsewhere(error: CommandError, target: &Target) -> Result<CommandError, CommandError> {
    let others = up_here(&session::state_named(&target.profile)?);
    Ok(error.with_hints(others))
}

/// The other profiles of the folder that are up, if there are any.
fn up_here(state: &Directory) -> Option<Hint> {
    let others = session::others_up(state).join(", ");
    (!others.is_empty()).then(|| {
        Hint::say(format!("up here: {others} ("))
            .command(Command::chosen(Verb::Down))
            .words(")")
    })
}

/// Takes down, and purges while the folder is still owned.
async fn remove<B: Backend>(args: &Args, owned: &Owned<'_, B>, ui: &mut Ui) -> Outcome {
    refuse_to_purge(args, owned.state.path())?;
    tell_broken(owned.state, ui)?;
    let taken_down = take_down(owned, ui).await;
    if let Err(error) = &taken_down
        && error.exit == Exit::Interrupted
    {
        // The user asked to stop.
        return taken_down.map(|_| Exit::Ok);
    }
    // Where no engine is there and the topology had containers, that was an error before.
    let marked = by_marks(owned.state, false).await;
    if let (Err(_), Ok(marked)) = (&taken_down, &marked)
        && !marked.is_empty()
    {
        ui.say(format!("· ended by their marks: {}", marked.join(", ")));
    }
    let (mut removed, marked) = (taken_down?, marked?);
    ui.text(match removed.len() {
        0 => "nothing was up".to_owned(),
        count => format!("everything is down: {count} removed"),
    });
    if !marked.is_empty() {
        let list = marked.join("\n  ");
        ui.text(format!(
            "ended by their marks, as no record named them:\n  {list}"
        ));
        removed.extend(marked);
    }
    if args.purge {
        let lost = owned.state.purge();
        let lost = lost.map_err(|error| CommandError::new(Exit::Leftovers, error))?;
        ui.text(purged(&lost, owned.state.path()));
    }
    ui.json(&serde_json::json!({"removed": removed, "purged": args.purge}));
    Ok(Exit::Ok)
}

/// Tells which records are none any more: what they were about is found by its marks.
fn tell_broken(state: &Directory, ui: &mut Ui) -> Result<(), CommandError> {
    let broken = state.broken_records();
    for path in broken.map_err(failure::unreadable)? {
        ui.say(format!("· {path} is no record any more: it is cleared"));
    }
    if let Err(error) = fault::Journal::look(&state.faults()) {
        ui.say(format!("· {}: it is cleared", in_one_line(&error)));
    }
    Ok(())
}

/// Ends whatever still carries the mark of the folder, and names it: records may have been lost. That
/// no Docker engine is there is an error if the topology may have containers.
async fn by_marks(state: &Directory, needs_docker: bool) -> Result<Vec<String>, CommandError> {
    let ended = places::end_orphans(state).await;
    let mut ended = ended.map_err(|left| remain(&left))?;
    match engine().await? {
        Ok(engine) => ended.extend(remove_containers(&engine, state).await?),
        Err(error) if needs_docker => return Err(unanswered(error)),
        Err(_) => {}
    }
    Ok(ended)
}

/// The Docker engine, if one is there. One that does not answer in time may have containers.
async fn engine() -> Result<Result<Engine, docker::Error>, CommandError> {
    let environment = Environment::of_process();
    let answer = tokio::time::timeout(DOCKER, async {
        let engine = Engine::connect(&environment).await?;
        engine.version().await.map(|_| engine)
    });
    answer.await.map_err(|_| {
        let within = quantity::Duration::from(DOCKER);
        let silent = format!("the Docker engine did not answer within {within}");
        CommandError::new(Exit::Unavailable, silent).hint(down_again())
    })
}

/// Where there is no state folder there may still be processes and containers that have lost
/// theirs.
async fn without_state(profile: &Profile, state: &Directory, ui: &mut Ui) -> Outcome {
    let ended = by_marks(state, profile.backend.needs_docker()).await?;
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

async fn remove_containers(
    engine: &Engine,
    state: &Directory,
) -> Result<Vec<String>, CommandError> {
    let removed = places::remove_owned(engine, state, &[places::k3d::label(state)]).await;
    let (removed, left) = removed.map_err(unanswered)?;
    if left.is_empty() {
        return Ok(removed.iter().map(ToString::to_string).collect());
    }
    Err(remain(&left))
}

fn remain(left: &[String]) -> CommandError {
    let list = left.join("\n  ");
    CommandError::new(Exit::Leftovers, format!("these would not end:\n  {list}"))
}

/// Nobody can say whether anything is left.
fn unanswered(error: docker::Error) -> CommandError {
    let hints = error.hints();
    let error = CommandError::new(Exit::Unavailable, error);
    let error = error.with_hints(hints);
    error.hint(Hint::say("then ").then(down_again()))
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
    up_here(state).map_or_else(
        || "nothing is up, and nothing was".to_owned(),
        |others| format!("nothing of that name is up; {others}"),
    )
}

/// What is gone from a folder of what there was.
fn purged(lost: &[&str], folder: &Utf8Path) -> String {
    match lost {
        [] => format!("there were no data, logs or reports in {folder}"),
        [only] => format!("the {only} in {folder} are gone"),
        [others @ .., end] => format!("{} and {end} in {folder} are gone", others.join(", ")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_was_is_told_to_be_gone() {
        let purged = |lost: &[&str]| purged(lost, "/a".into());
        assert_eq!(purged(&[]), "there were no data, logs or reports in /a");
        assert_eq!(purged(&["logs"]), "the logs in /a are gone");
        let all = ["data", "logs", "reports"];
        assert_eq!(purged(&all), "data, logs and reports in /a are gone");
    }
}
