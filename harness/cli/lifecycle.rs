//! Bringing a topology up and taking it down, as `up`, `down`, `test` and `bench` all do.

use std::io::{self, Read as _, Seek as _, SeekFrom};

use camino::Utf8Path;
use tokio_util::sync::CancellationToken;

use super::session::{self, Owned, Session};
use crate::backend::{Backend, Blame, Fetch, Provision};
use crate::engine;
use crate::error::{CommandError, Exit, LogTail};
use crate::event::Events;
use crate::fault;
use crate::plan::{self, Action, Observed, Plan, ResourceId, State};
use crate::state::{Directory, Journal};

/// How many lines of a log an error shows, how much of each, and in how many bytes they are looked
/// for: a log may be of any length.
const TAIL: usize = 8;
const TAIL_COLUMNS: usize = 400;
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
    bring_up_after(session, events, shutdown, |_| Ok(())).await
}

/// As [`bring_up`], after somebody has looked at the plan, who may refuse it.
pub(super) async fn bring_up_after<B: Backend>(
    session: &mut Session<B>,
    events: &Events,
    shutdown: &CancellationToken,
    look: impl FnOnce(&Plan) -> Result<(), CommandError>,
) -> Result<Plan, CommandError> {
    // What is to be healed in the end must be known in the beginning.
    open_faults(&session.state)?;
    let provision = Provision {
        fetch: Fetch::Missing,
        events,
        cancel: shutdown,
    };
    let prepared = session.backend.prepare(&session.topology, provision).await;
    if shutdown.is_cancelled() {
        let Verbs { up, .. } = Verbs::of(&session.backend);
        return Err(interrupted(&format!("run `harness {up}` to go on")));
    }
    prepared.map_err(session::backend_error)?;
    let plan = plan_up(session).await?;
    look(&plan)?;
    if !plan.is_empty() {
        let wanted = session.backend.desire(&session.topology);
        let remembered = session.state.remember_wanted(&wanted);
        remembered.map_err(session::state_error)?;
    }
    run(&session.owned(), plan.clone(), events, shutdown).await?;
    // Last, for what a fault is undone by may have died as well and be up again only now.
    heal(session, events).await?;
    Ok(plan)
}

/// Why a topology that comes by promotion only is left as it is.
pub(super) fn differs(plan: &Plan) -> CommandError {
    let steps = plan.steps.iter().filter(|step| step.action != Action::Keep);
    let steps: Vec<String> = steps
        .map(|step| format!("{} {}: {}", step.action, step.id, step.reason))
        .collect();
    let list = steps.join("\n  ");
    CommandError::new(
        Exit::NotAllowed,
        format!("what is promoted is not what the profile says:\n  {list}"),
    )
    .hint("run `harness promote` first, or name the profile that was promoted")
}

/// What there is, or may be, by what can be seen and by the journal.
pub(super) async fn observe<B: Backend>(
    session: &Session<B>,
) -> Result<Vec<Observed>, CommandError> {
    match &session.journal {
        Some(journal) => observed(&session.backend, journal).await,
        None => look(&session.backend, &session.state).await,
    }
}

/// The same for a command that does not own the folder.
pub(super) async fn look<B: Backend>(
    backend: &B,
    state: &Directory,
) -> Result<Vec<Observed>, CommandError> {
    let named = state.named().map_err(session::state_error)?;
    let doomed = state.doomed().map_err(session::state_error)?;
    observed_of(backend, &named, &doomed).await
}

async fn observed<B: Backend>(
    backend: &B,
    journal: &Journal,
) -> Result<Vec<Observed>, CommandError> {
    let named = journal.named().map_err(unreadable)?;
    let doomed = journal.doomed().map_err(unreadable)?;
    observed_of(backend, &named, &doomed).await
}

/// What can be seen, given what the journal names and what a killed command was about to end.
async fn observed_of<B: Backend>(
    backend: &B,
    named: &[ResourceId],
    doomed: &[ResourceId],
) -> Result<Vec<Observed>, CommandError> {
    let observed = backend.observe(named).await;
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
    settle(owned).await?;
    let observed = observed(owned.backend, owned.journal).await?;
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
        if owned.backend.is_promoted_to() {
            // The step that failed knows what held it up.
            done?;
        }
        let list = leftovers.join("\n  ");
        return Err(CommandError::new(
            Exit::Leftovers,
            format!("these remain although they were told to end:\n  {list}"),
        )
        .hint(format!(
            "end them by hand, then run `harness {}` again",
            Verbs::of(owned.backend).down
        )));
    }
    done?;
    forget(owned).map_err(|error| CommandError::new(Exit::Leftovers, error))?;
    Ok(removed)
}

/// Lets what a killed command was making come to its end, so that it is seen.
async fn settle<B: Backend>(owned: &Owned<'_, B>) -> Result<(), CommandError> {
    if owned.journal.cut_short().map_err(unreadable)? {
        tokio::time::sleep(owned.backend.lingers()).await;
    }
    Ok(())
}

pub(super) fn unreadable(error: io::Error) -> CommandError {
    CommandError::new(Exit::Unavailable, error).hint("is the state folder readable?")
}

/// With everything gone there is nothing left to undo, and nothing left to finish.
fn forget<B>(owned: &Owned<'_, B>) -> io::Result<()> {
    match fs_err::remove_file(owned.state.faults()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    owned.state.forget_records()?;
    owned.journal.clear()
}

/// Undoes the faults that an earlier run left, and returns how many there were.
pub(super) async fn heal<B: Backend>(
    session: &Session<B>,
    events: &Events,
) -> Result<usize, CommandError> {
    heal_what_is_left(&session.backend, &session.state, events).await
}

/// The same, whatever the profile says today.
pub(super) async fn heal_what_is_left<B: Backend>(
    backend: &B,
    state: &Directory,
    events: &Events,
) -> Result<usize, CommandError> {
    if open_faults(state)?.is_empty() {
        return Ok(0);
    }
    let healed = async {
        let journal = fault::Journal::open(&state.faults())?;
        fault::heal_all(backend, &journal).await
    };
    let healed = healed.await.map_err(unhealed)?;
    for injection in &healed {
        events.notice(format!(
            "undid fault `{}` ({} {}) of an interrupted run",
            injection.id, injection.fault, injection.service
        ));
    }
    Ok(healed.len())
}

/// The faults that an earlier run left, as far as can be seen without owning the folder.
pub(super) fn open_faults(state: &Directory) -> Result<Vec<fault::Unhealed>, CommandError> {
    let open = fault::Journal::look(&state.faults());
    open.map_err(|error| unhealed(error.into()))
}

fn unhealed(error: fault::Error) -> CommandError {
    CommandError::new(Exit::HealFailed, error)
        .hint("run `harness heal` again, or `harness down` to give the topology up")
}

async fn run<B: Backend>(
    owned: &Owned<'_, B>,
    plan: Plan,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<(), CommandError> {
    let taking_down = plan.steps.iter().all(|step| step.action == Action::Delete);
    let done = engine::run(plan, owned.backend, owned.journal, events, shutdown).await;
    match done {
        Ok(()) => Ok(()),
        Err(error) => Err(explain(error, owned.backend, taking_down).await),
    }
}

/// Adds what the backend knows to an error of the engine: the end of the log, further evidence,
/// and a way out.
async fn explain<B: Backend>(error: engine::Error, backend: &B, taking_down: bool) -> CommandError {
    let Verbs { up, down } = Verbs::of(backend);
    let again = if taking_down { down } else { up };
    if let engine::Error::Interrupted = &error {
        return interrupted(&if taking_down {
            format!("run `harness {again}` to go on")
        } else {
            format!(
                "run `harness {again}` to go on, or `harness {down}` to {}",
                Verbs::end(backend)
            )
        });
    }
    let (log_tail, evidence) = match error.id() {
        Some(id) => (tail(backend, id.name()).await, backend.evidence(id).await),
        None => (None, None),
    };
    let mut hints = match &error {
        engine::Error::Apply { source, .. } => source.hints.clone(),
        _ => Vec::new(),
    };
    hints.extend(evidence.map(|folder| format!("what there was to see of it is in {folder}")));
    hints.push(way_out(&error, again, down));
    let exit = match &error {
        engine::Error::Apply { source, .. } if source.blame == Blame::Leave => Exit::NotAllowed,
        _ if taking_down => Exit::Leftovers,
        engine::Error::Apply { source, .. } => session::exit_of(source.blame),
        _ => Exit::Unavailable,
    };
    let mut whole = CommandError::new(exit, error);
    whole.log_tail = log_tail;
    whole.hints = hints;
    whole
}

/// What brings a topology to a place, and takes it away again.
struct Verbs {
    up: &'static str,
    down: &'static str,
}

impl Verbs {
    /// What the one that takes away is for.
    fn end<B: Backend>(backend: &B) -> &'static str {
        if backend.is_promoted_to() {
            "see what there is and, with its `--yes`, delete it"
        } else {
            "stop everything"
        }
    }

    fn of<B: Backend>(backend: &B) -> Self {
        if backend.is_promoted_to() {
            Self {
                up: "promote",
                down: "destroy",
            }
        } else {
            Self {
                up: "up",
                down: "down",
            }
        }
    }
}

/// What the user can do about an error of the engine.
fn way_out(error: &engine::Error, again: &str, down: &str) -> String {
    match error {
        engine::Error::NotReady { id, .. } => format!(
            "run `harness logs {}`; if it runs and does not answer, `harness {down}` and then \
             `harness {again}` start it anew",
            id.name()
        ),
        engine::Error::Failed { id, .. } => format!(
            "run `harness logs {}`; mend the cause and run `harness {again}` again",
            id.name()
        ),
        _ => format!("run `harness {again}` again to go on from here"),
    }
}

pub(super) fn interrupted(hint: &str) -> CommandError {
    CommandError::new(Exit::Interrupted, "interrupted").hint(hint)
}

/// The last lines of a replica's log.
async fn tail<B: Backend>(backend: &B, replica: &str) -> Option<LogTail> {
    // An older end of the log is better than none.
    let _ = backend.collect_logs(None).await;
    let log = backend
        .logs()
        .await
        .into_iter()
        .find(|log| log.replica == replica)?;
    let text = end_of(&log.path).ok()?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let lines = &lines[lines.len().saturating_sub(TAIL)..];
    (!lines.is_empty()).then(|| LogTail {
        path: log.path,
        lines: lines.iter().map(|line| shortened(line)).collect(),
    })
}

/// The beginning of a line: servers put whole stack traces into one.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(TAIL_COLUMNS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
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
