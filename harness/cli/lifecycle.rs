//! Bringing a topology up and taking it down, as `up`, `down`, `test` and `bench` all do.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use camino::Utf8Path;
use tokio_util::sync::CancellationToken;

use super::session::{self, Owned, Session};
use crate::backend::{Backend, Fetch, Provision};
use crate::engine;
use crate::error::{CommandError, Exit, LogTail};
use crate::event::Events;
use crate::fault;
use crate::plan::{self, Action, Observed, Plan, State};
use crate::state::Journal;

/// How many lines of a log an error shows, and in how many bytes they are looked for: a log may
/// be of any length.
const TAIL: usize = 8;
const TAIL_BYTES: u64 = 64 * 1024;

/// What would be done to bring the topology up; nothing is fetched or changed.
pub(super) async fn rehearse<B: Backend>(
    session: &mut Session<B>,
    events: &Events,
) -> Result<Plan, CommandError> {
    let provision = Provision {
        fetch: Fetch::Nothing,
        events,
        cancel: &CancellationToken::new(),
    };
    let prepared = session.backend.prepare(&session.topology, provision).await;
    prepared.map_err(session::backend_error)?;
    plan_up(session).await
}

/// Brings the topology up, or what is missing of it, and returns what had to be done.
pub(super) async fn bring_up<B: Backend>(
    session: &mut Session<B>,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<Plan, CommandError> {
    let provision = Provision {
        fetch: Fetch::Missing,
        events,
        cancel: shutdown,
    };
    let prepared = session.backend.prepare(&session.topology, provision).await;
    if shutdown.is_cancelled() {
        return Err(interrupted("run `harness up` to go on"));
    }
    prepared.map_err(session::backend_error)?;
    let plan = plan_up(session).await?;
    run(&session.owned(), plan.clone(), events, shutdown).await?;
    // Last, for what a fault is undone by may have died as well and be up again only now.
    heal(session, events).await?;
    Ok(plan)
}

/// What there is, or may be, by what can be seen and by the journal.
pub(super) async fn observe<B: Backend>(
    session: &Session<B>,
) -> Result<Vec<Observed>, CommandError> {
    observed(&session.backend, session.journal.as_ref()).await
}

async fn observed<B: Backend>(
    backend: &B,
    journal: Option<&Journal>,
) -> Result<Vec<Observed>, CommandError> {
    let Some(journal) = journal else {
        let observed = backend.observe(&[]).await;
        return observed.map_err(session::backend_error);
    };
    let unreadable = |error: io::Error| {
        CommandError::new(Exit::Unavailable, error).hint("is the state folder readable?")
    };
    let named = journal.named().map_err(unreadable)?;
    let doomed = journal.doomed().map_err(unreadable)?;
    let observed = backend.observe(&named).await;
    let mut observed = observed.map_err(session::backend_error)?;
    for resource in &mut observed {
        if doomed.contains(&resource.id) && matches!(resource.state, State::Live(_)) {
            resource.state = State::Dead {
                reason: "an interrupted command was about to end it".to_owned(),
            };
        }
    }
    Ok(observed)
}

async fn plan_up<B: Backend>(session: &Session<B>) -> Result<Plan, CommandError> {
    let observed = observe(session).await?;
    let desired = session.backend.desire(&session.topology);
    Ok(plan::diff(&desired, &observed))
}

/// Whether anything of the topology lives.
pub(super) async fn is_up<B: Backend>(session: &Session<B>) -> Result<bool, CommandError> {
    let observed = observe(session).await?;
    Ok(observed
        .iter()
        .any(|resource| matches!(resource.state, State::Live(_))))
}

/// Takes everything down, whatever the profile says today, and returns what was there. `stop` ends
/// it after the steps under way; after `hurry` it waits for nothing that can be forced.
pub(super) async fn take_down<B: Backend>(
    owned: &Owned<'_, B>,
    events: &Events,
    stop: &CancellationToken,
    hurry: &CancellationToken,
) -> Result<Vec<String>, CommandError> {
    let observed = observed(owned.backend, Some(owned.journal)).await?;
    let going: Vec<Observed> = observed
        .into_iter()
        .filter(|resource| !owned.backend.outlives(&resource.id))
        .collect();
    let plan = plan::diff(&[], &going);
    let removed = plan.steps.iter().map(|step| step.id.to_string()).collect();
    let done = {
        let mut work = std::pin::pin!(run(owned, plan, events, stop));
        tokio::select! {
            done = &mut work => done,
            () = hurry.cancelled() => {
                owned.backend.hurry();
                work.await
            }
        }
    };
    if stop.is_cancelled() {
        return done.map(|()| removed);
    }
    // Also where one step failed: what is left by then is ended all the same.
    let leftovers = owned.backend.sweep().await;
    if !leftovers.is_empty() {
        let list = leftovers.join("\n  ");
        return Err(CommandError::new(
            Exit::Leftovers,
            format!("these remain although they were told to end:\n  {list}"),
        )
        .hint("end them by hand, then run `harness down` again"));
    }
    done?;
    forget(owned).map_err(|error| CommandError::new(Exit::Leftovers, error))?;
    Ok(removed)
}

/// With everything gone there is nothing left to undo, and nothing left to finish.
fn forget<B>(owned: &Owned<'_, B>) -> io::Result<()> {
    match fs_err::remove_file(owned.state.faults()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    owned.journal.clear()
}

/// Undoes the faults that an earlier run left, and returns how many there were.
pub(super) async fn heal<B: Backend>(
    session: &Session<B>,
    events: &Events,
) -> Result<usize, CommandError> {
    let path = session.state.faults();
    if !path.exists() {
        return Ok(0);
    }
    let healed = async {
        let journal = fault::Journal::open(&path)?;
        fault::heal_all(&session.backend, &journal).await
    };
    let healed = healed.await.map_err(|error| {
        CommandError::new(Exit::HealFailed, error)
            .hint("run `harness heal` again, or `harness down` to give the topology up")
    })?;
    for injection in &healed {
        events.notice(format!(
            "undid fault `{}` ({} {}) of an interrupted run",
            injection.id, injection.fault, injection.service
        ));
    }
    Ok(healed.len())
}

async fn run<B: Backend>(
    owned: &Owned<'_, B>,
    plan: Plan,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<(), CommandError> {
    let taking_down = plan.steps.iter().all(|step| step.action == Action::Delete);
    let done = engine::run(plan, owned.backend, owned.journal, events, shutdown).await;
    done.map_err(|error| explain(error, owned.backend, taking_down))
}

/// Adds what the backend knows to an error of the engine: the end of the log, and a way out.
fn explain<B: Backend>(error: engine::Error, backend: &B, taking_down: bool) -> CommandError {
    let again = if taking_down { "down" } else { "up" };
    let engine::Error::Interrupted = &error else {
        let log_tail = error.id().and_then(|id| tail(backend, id.name()));
        let hint = match (&error, error.id()) {
            (engine::Error::NotReady { id, .. }, _) => {
                format!(
                    "run `harness logs {0}`; if it runs and does not answer, `harness down` and then \
                     `harness {again}` start it anew",
                    id.name()
                )
            }
            (engine::Error::Failed { id, .. }, _) => {
                format!(
                    "run `harness logs {}`; mend the cause and run `harness {again}` again",
                    id.name()
                )
            }
            _ => format!("run `harness {again}` again to go on from here"),
        };
        let hints = match &error {
            engine::Error::Apply { source, .. } => source.hints.clone(),
            _ => Vec::new(),
        };
        let exit = if taking_down {
            Exit::Leftovers
        } else {
            Exit::Unavailable
        };
        let mut whole = CommandError::new(exit, error);
        whole.log_tail = log_tail;
        whole.hints = hints;
        return whole.hint(hint);
    };
    interrupted(&format!(
        "run `harness {again}` to go on, or `harness down` to stop everything"
    ))
}

fn interrupted(hint: &str) -> CommandError {
    CommandError::new(Exit::Interrupted, "interrupted").hint(hint)
}

/// The last lines of a replica's log.
fn tail<B: Backend>(backend: &B, replica: &str) -> Option<LogTail> {
    let log = backend
        .logs()
        .into_iter()
        .find(|log| log.replica == replica)?;
    let text = end_of(&log.path).ok()?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let lines = &lines[lines.len().saturating_sub(TAIL)..];
    (!lines.is_empty()).then(|| LogTail {
        path: log.path,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    })
}

/// The last bytes of a file.
fn end_of(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let mut file = fs_err::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut end = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut end)?;
    Ok(end)
}
