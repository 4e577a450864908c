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
use super::{VerbResult, failure, lifecycle, place};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// The deadline for any answer of the Docker engine.
const DOCKER: Duration = Duration::from_secs(10);

/// The hint for when it is unknown whether anything still runs.
fn down_again() -> Hint {
    Hint::run(Verb::Down).words(" again; containers may still be running.")
}

/// Stop everything that `up` started, and list what could not be stopped
///
/// Keeps data, logs and reports; `--purge` removes them too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  harness down\n  harness down --purge --yes")]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Also remove data, logs and reports
    #[arg(long)]
    purge: bool,
    /// Confirm that `--purge` may remove them
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(args: Args, ui: &mut Ui) -> VerbResult {
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

/// Adds the names of the topologies that are up here to the error about the one that is not.
fn elsewhere(error: CommandError, target: &Target) -> Result<CommandError, CommandError> {
    let others = up_here(&session::state_named(&target.profile)?);
    Ok(error.with_hints(others))
}

/// The other profiles that are up in this folder, as a hint.
fn up_here(state: &Directory) -> Option<Hint> {
    let others = session::others_up(state).join(", ");
    (!others.is_empty()).then(|| {
        Hint::say(format!(
            "these profiles are up here: {others}; stop one with "
        ))
        .command(Command::with_placeholder(Verb::Down))
    })
}

/// Takes the topology down, and purges while this command still owns the folder.
async fn remove<B: Backend>(args: &Args, owned: &Owned<'_, B>, ui: &mut Ui) -> VerbResult {
    refuse_to_purge(args, owned.state.path())?;
    tell_broken(owned.state, ui)?;
    let taken_down = take_down(&args.target, owned, ui).await;
    if let Err(error) = &taken_down
        && error.exit == Exit::Interrupted
    {
        return taken_down.map(|_| Exit::Ok);
    }
    // `take_down` has already failed if the topology has containers and no engine answers.
    let marked = by_marks(owned.state, false).await;
    if let (Err(_), Ok(marked)) = (&taken_down, &marked)
        && !marked.is_empty()
    {
        ui.say(format!(
            "· also stopped (found by their marker): {}",
            marked.join(", ")
        ));
    }
    let (mut removed, marked) = (taken_down?, marked?);
    ui.text(match removed.len() {
        0 => "nothing was running".to_owned(),
        count => format!("everything is down: {count} removed"),
    });
    if let Some(others) = up_here(owned.state) {
        ui.say(format!("· {}", args.target.complete(others)));
    }
    if !marked.is_empty() {
        let list = marked.join("\n  ");
        ui.text(format!(
            "also stopped (found by their marker, not in the records):\n  {list}"
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

/// Names the records that are broken. Their processes and containers are found by their marker.
fn tell_broken(state: &Directory, ui: &mut Ui) -> Result<(), CommandError> {
    let broken = state.broken_records();
    for path in broken.map_err(failure::unreadable)? {
        ui.say(format!("· {path} is not a valid record; removing it"));
    }
    if let Err(error) = fault::Journal::look(&state.faults()) {
        ui.say(format!("· {}; removing it", in_one_line(&error)));
    }
    Ok(())
}

/// Stops every process and container that carries the marker of the folder, and returns their
/// names: records may have been lost. A missing Docker engine is an error if the topology may have
/// containers.
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

/// The Docker engine, if there is one. An engine that does not answer in time is an error, since it
/// may have containers.
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

/// Stops processes and containers whose state folder was deleted.
async fn without_state(profile: &Profile, state: &Directory, ui: &mut Ui) -> VerbResult {
    let ended = by_marks(state, profile.backend.needs_docker()).await?;
    ui.text(match ended.len() {
        0 => nothing_is_up(state),
        _ => format!(
            "stopped (their state folder no longer exists):\n  {}",
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
    CommandError::new(Exit::Leftovers, format!("could not stop:\n  {list}"))
}

/// It is unknown whether anything still runs.
fn unanswered(error: docker::Error) -> CommandError {
    let hints = error.hints();
    let error = CommandError::new(Exit::Unavailable, error);
    let error = error.with_hints(hints);
    error.hint(Hint::say("Then ").then(down_again()))
}

async fn take_down<B: Backend>(
    target: &Target,
    owned: &Owned<'_, B>,
    ui: &mut Ui,
) -> Result<Vec<String>, CommandError> {
    let (events, mut receiver) = Events::channel();
    let shutdown = Shutdown::listen_about(
        target,
        events.clone(),
        Hint::say("run ").command(Verb::Down).words(" again"),
    )?;
    let work = lifecycle::take_down(owned, &events, &shutdown.asked, &shutdown.insisted);
    ui.follow(&mut receiver, work).await
}

fn nothing_is_up(state: &Directory) -> String {
    up_here(state).map_or_else(
        || "nothing is up: there is no state folder".to_owned(),
        |others| format!("no topology of that name is up; {others}"),
    )
}

/// What was removed from a folder.
fn purged(lost: &[&str], folder: &Utf8Path) -> String {
    match lost {
        [] => format!("no data, logs or reports to remove in {folder}"),
        [only] => format!("removed {only} in {folder}"),
        [others @ .., end] => format!("removed {} and {end} in {folder}", others.join(", ")),
    }
}

/// Refuses `--purge` without `--yes`.
fn refuse_to_purge(args: &Args, folder: &Utf8Path) -> Result<(), CommandError> {
    if !args.purge || args.yes {
        return Ok(());
    }
    Err(CommandError::new(
        Exit::NotAllowed,
        format!("`--purge` would remove {folder} with its database, logs and reports"),
    )
    .hint("Add `--yes` to remove them, or omit `--purge` to keep them."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_removed_is_reported() {
        let purged = |lost: &[&str]| purged(lost, "/a".into());
        assert_eq!(purged(&[]), "no data, logs or reports to remove in /a");
        assert_eq!(purged(&["logs"]), "removed logs in /a");
        let all = ["data", "logs", "reports"];
        assert_eq!(purged(&all), "removed data, logs and reports in /a");
    }
}
