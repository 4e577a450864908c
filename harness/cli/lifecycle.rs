//! Bringing a topology up and taking it down, as `up`, `down`, `test` and `bench` all do.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use tokio_util::sync::CancellationToken;

use super::session::{self, Owned, Session};
use crate::backend::{Backend, Blame, Fetch, Log, Provision};
use crate::causes::in_one_line;
use crate::death::Death;
use crate::engine;
use crate::error::{CommandError, Exit};
use crate::event::Events;
use crate::fault;
use crate::log_tail::LogTail;
use crate::plan::{self, Action, Observed, Plan, ResourceId, State};
use crate::state::{Directory, Journal};

/// What to ask where a record could not be read.
const UNREADABLE: &str = "is the state folder readable?";

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
        let failed = done.err();
        if owned.backend.is_promoted_to()
            && let Some(failed) = failed
        {
            // The step that failed knows what held it up.
            return Err(failed);
        }
        let Verbs { down, .. } = Verbs::of(owned.backend);
        return Err(leave(&leftovers, failed)
            .hint(format!("end them by hand, then run `harness {down}` again")));
    }
    done?;
    forget(owned).map_err(|error| CommandError::new(Exit::Leftovers, error))?;
    Ok(removed)
}

/// What remains, and why, as far as the step that failed knows it.
#[derive(Debug, thiserror::Error)]
#[error("these remain although they were told to end:\n  {list}")]
struct Leftovers {
    list: String,
    #[source]
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

fn leave(left: &[String], failed: Option<CommandError>) -> CommandError {
    let list = left.join("\n  ");
    let (cause, log_tail, hints) = match failed {
        Some(failed) => (Some(failed.source), failed.log_tail, failed.hints),
        None => (None, None, Vec::new()),
    };
    let mut error = CommandError::new(Exit::Leftovers, Leftovers { list, cause });
    error.log_tail = log_tail;
    error.hints = hints;
    error
}

/// Lets what a killed command was making come to its end, so that it is seen.
async fn settle<B: Backend>(owned: &Owned<'_, B>) -> Result<(), CommandError> {
    if owned.journal.cut_short().map_err(unreadable)? {
        tokio::time::sleep(owned.backend.lingers()).await;
    }
    Ok(())
}

pub(super) fn unreadable(error: io::Error) -> CommandError {
    CommandError::new(Exit::Unavailable, error).hint(UNREADABLE)
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
    let healing = async {
        let journal = fault::Journal::open(&state.faults())?;
        fault::heal_all(backend, &journal).await
    };
    let healing = healing.await.map_err(unhealed)?;
    let count = healing.healed.len();
    for injection in &healing.healed {
        events.notice(format!(
            "undid fault `{}` ({} {}) of an interrupted run",
            injection.id, injection.fault, injection.service
        ));
    }
    healing
        .failure()
        .map_or(Ok(count), |error| Err(unhealed(error)))
}

/// The faults that an earlier run left, as far as can be seen without owning the folder.
pub(super) fn open_faults(state: &Directory) -> Result<Vec<fault::Unhealed>, CommandError> {
    let open = fault::Journal::look(&state.faults());
    open.map_err(|error| unhealed(error.into()))
}

fn unhealed(error: fault::Error) -> CommandError {
    use fault::JournalError::{Open, Parse, Read};
    match &error {
        fault::Error::Journal(Parse { .. }) => {
            return CommandError::new(Exit::Invalid, error).hint(session::GARBAGE);
        }
        fault::Error::Journal(Open(_) | Read(_)) => {
            return CommandError::new(Exit::Unavailable, error).hint(UNREADABLE);
        }
        _ => {}
    }
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
    let needs = needs(&plan);
    let done = engine::run(plan, owned.backend, owned.journal, events, shutdown).await;
    let Err(error) = done else {
        return Ok(());
    };
    let first = match error.id().and_then(|id| needs.get(id)) {
        Some(needs) if !taking_down => died_before(owned.backend, needs).await,
        _ => None,
    };
    let error = explain(error, owned.backend, taking_down).await;
    Err(match first {
        Some((death, log_tail)) => caused_by(error, death, log_tail),
        None => error,
    })
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
    let logs = match error.id() {
        Some(id) => logs(backend, id).await,
        None => None,
    };
    hints.push(way_out(&error, logs.as_deref(), again, down));
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

/// What had died before something else failed: the cause of that, most of the time.
#[derive(Debug, thiserror::Error)]
#[error("{failed}")]
struct AfterDeath {
    failed: String,
    #[source]
    death: Died,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Died(String);

/// Has an error be about the one that died first, if anybody did.
pub(super) fn after(deaths: &[Death], error: CommandError) -> CommandError {
    match deaths.first() {
        Some(first) if error.exit != Exit::Interrupted => {
            caused_by(error, first.to_string(), first.log_tail.clone())
        }
        _ => error,
    }
}

fn caused_by(error: CommandError, death: String, log_tail: Option<LogTail>) -> CommandError {
    let failed = in_one_line(error.source.as_ref());
    let death = Died(death);
    let mut whole = CommandError::new(error.exit, AfterDeath { failed, death });
    whole.log_tail = log_tail.or(error.log_tail);
    whole.hints = error.hints;
    whole
}

/// What each resource of a plan needs, also by way of others: that was ready before it began.
fn needs(plan: &Plan) -> BTreeMap<ResourceId, BTreeSet<ResourceId>> {
    let direct: BTreeMap<&ResourceId, &[ResourceId]> = plan
        .steps
        .iter()
        .map(|step| (&step.id, step.after.as_slice()))
        .collect();
    let all = |id: &ResourceId| {
        let mut found = BTreeSet::new();
        let mut open: Vec<&ResourceId> = direct[id].iter().collect();
        while let Some(next) = open.pop() {
            if found.insert(next.clone()) {
                open.extend(direct.get(next).into_iter().copied().flatten());
            }
        }
        found
    };
    direct.keys().map(|id| ((*id).clone(), all(id))).collect()
}

/// The one that was ready, and has ended while something waited that needs it.
async fn died_before<B: Backend>(
    backend: &B,
    needs: &BTreeSet<ResourceId>,
) -> Option<(String, Option<LogTail>)> {
    let vitals = backend.vitals().await;
    let needed = |replica: &str, services: &[String]| {
        let mut needs = needs.iter().map(ResourceId::name);
        needs.any(|name| name == replica || services.iter().any(|service| service == name))
    };
    let (replica, status, life) = vitals.replicas.into_iter().find_map(|(replica, vital)| {
        let status = vital.ended?;
        needed(&replica, &vital.services).then_some((replica, status, vital.life))
    })?;
    let log_tail = backend.last_words(&replica, Some(&life)).await;
    Some((format!("{replica} died by itself: {status}"), log_tail))
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

/// The beginning of a hint that shows what a resource has written: its own log, if it has one, or
/// all that there are; nothing where there are none.
async fn logs<B: Backend>(backend: &B, id: &ResourceId) -> Option<String> {
    let logs = backend.logs().await;
    let name = id.name();
    // Names of namespaces and of groups in Azure are users' own, and may be those of services.
    let writes = ["process", "container", "deployment", "job"].contains(&id.kind());
    let own = |log: &Log| log.replica == name || log.services.iter().any(|it| it == name);
    if writes && logs.iter().any(own) {
        return Some(format!("run `harness logs {name}`; "));
    }
    (!logs.is_empty()).then(|| "run `harness logs`; ".to_owned())
}

/// What the user can do about an error of the engine.
fn way_out(error: &engine::Error, logs: Option<&str>, again: &str, down: &str) -> String {
    let logs = logs.unwrap_or_default();
    match error {
        engine::Error::NotReady { .. } => format!(
            "{logs}if it runs and does not answer, `harness {down}` and then `harness {again}` \
             start it anew"
        ),
        engine::Error::Failed { .. } => {
            format!("{logs}mend the cause and run `harness {again}` again")
        }
        _ => format!("run `harness {again}` again to go on from here"),
    }
}

pub(super) fn interrupted(hint: &str) -> CommandError {
    CommandError::new(Exit::Interrupted, "interrupted").hint(hint)
}

/// The last lines of a replica's log since it was started.
async fn tail<B: Backend>(backend: &B, replica: &str) -> Option<LogTail> {
    // An older end of the log is better than none.
    let _ = backend.collect_logs(None).await;
    backend.last_words(replica, None).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_remains_is_told_with_what_held_it_up() {
        let failed = CommandError::new(Exit::Unavailable, "could not delete `process/worker-0`")
            .hint("see who holds it");
        let error = leave(&["worker-0 (pid 7)".to_owned()], Some(failed));
        assert_eq!(error.exit, Exit::Leftovers);
        assert_eq!(error.causes(), ["could not delete `process/worker-0`"]);
        assert_eq!(error.hints, ["see who holds it"]);
        assert!(error.to_string().contains("worker-0 (pid 7)"), "{error}");
    }

    #[test]
    fn a_journal_of_faults_that_cannot_be_gone_by_is_no_failure_to_heal() {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let garbage = serde_json::from_str::<u8>("x").expect_err("it is no number");
        let parse = fault::JournalError::Parse {
            path: "faults.ndjson".into(),
            line: 1,
            source: garbage,
        };
        for (journal, exit) in [
            (parse, Exit::Invalid),
            (fault::JournalError::Open(denied()), Exit::Unavailable),
            (fault::JournalError::Read(denied()), Exit::Unavailable),
            (fault::JournalError::Append(denied()), Exit::HealFailed),
        ] {
            let error = unhealed(journal.into());
            assert_eq!(error.exit, exit, "{error}");
            let again = error.to_string().contains("`harness heal` again");
            assert_eq!(again, exit == Exit::HealFailed, "{error}");
        }
    }
}
