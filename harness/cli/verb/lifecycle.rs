//! Bringing a topology up and taking it down, as `up`, `down`, `test` and `bench` all do.

use std::io;

use backend::event::Events;
use backend::fault;
use backend::state::{Directory, Journal};
use backend::{Backend, Fetch, Provision};
use base::file::present;
use model::plan::{self, Action, Observed, Plan, ResourceId, State};
use tokio_util::sync::CancellationToken;

use super::failure::{self, Verbs};
use super::session::{self, Owned, Session};
use crate::error::{CommandError, Exit};

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
        return Err(failure::interrupted(&format!(
            "run `harness {up}` to go on"
        )));
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
    let named = journal.named().map_err(failure::unreadable)?;
    let doomed = journal.doomed().map_err(failure::unreadable)?;
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
        return Err(failure::leave(&leftovers, failed)
            .hint(format!("end them by hand, then run `harness {down}` again")));
    }
    done?;
    forget(owned).map_err(|error| CommandError::new(Exit::Leftovers, error))?;
    Ok(removed)
}

/// Lets what a killed command was making come to its end, so that it is seen.
async fn settle<B: Backend>(owned: &Owned<'_, B>) -> Result<(), CommandError> {
    if owned.journal.cut_short().map_err(failure::unreadable)? {
        tokio::time::sleep(owned.backend.lingers()).await;
    }
    Ok(())
}

/// With everything gone there is nothing left to undo, and nothing left to finish.
fn forget<B>(owned: &Owned<'_, B>) -> io::Result<()> {
    present(fs_err::remove_file(owned.state.faults()))?;
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
        engine::fault::heal_all(backend, &journal).await
    };
    let healing = healing.await.map_err(failure::unhealed)?;
    let count = healing.healed.len();
    for injection in &healing.healed {
        events.notice(format!(
            "undid fault `{}` ({} {}) of an interrupted run",
            injection.id, injection.fault, injection.service
        ));
    }
    healing
        .failure()
        .map_or(Ok(count), |error| Err(failure::unhealed(error)))
}

/// The faults that an earlier run left, as far as can be seen without owning the folder.
pub(super) fn open_faults(state: &Directory) -> Result<Vec<fault::Unhealed>, CommandError> {
    let open = fault::Journal::look(&state.faults());
    open.map_err(|error| failure::unhealed(error.into()))
}

async fn run<B: Backend>(
    owned: &Owned<'_, B>,
    plan: Plan,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<(), CommandError> {
    let taking_down = plan.steps.iter().all(|step| step.action == Action::Delete);
    let needs = failure::needs(&plan);
    let done = engine::run(plan, owned.backend, owned.journal, events, shutdown).await;
    match done {
        Ok(()) => Ok(()),
        Err(error) => Err(failure::explain(error, owned.backend, &needs, taking_down).await),
    }
}
