//! Bringing a topology up and taking it down, as `up`, `down`, `test` and `bench` all do.

use std::io;

use backend::event::Events;
use backend::fault;
use backend::state::{Directory, Journal};
use backend::{Backend, Fetch, Host as _, Prepared, Provision};
use base::causes::in_one_line;
use base::file::present;
use base::hint::Hint;
use model::plan::{self, Action, Observed, Plan, ResourceId, State};
use tokio_util::sync::CancellationToken;

use super::session::{self, Owned, Session};
use super::{existing, failure};
use crate::error::{CommandError, Exit};

/// The plan of bringing the topology up. Fetches nothing and changes nothing.
pub(super) async fn dry_run<B: Backend>(
    session: &mut Session<B>,
    events: &Events,
) -> Result<Plan, CommandError> {
    let provision = Provision {
        fetch: Fetch::Nothing,
        events,
        cancel: &CancellationToken::new(),
    };
    let prepared = session.backend.prepare(&session.topology, provision).await;
    plan_up(session, &prepared.map_err(session::backend_error)?).await
}

/// Creates, repairs and replaces what the profile requires, and returns the plan that was carried
/// out.
pub(super) async fn bring_up<B: Backend>(
    session: &mut Session<B>,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<Plan, CommandError> {
    bring_up_after(session, events, shutdown, |_| Ok(())).await
}

/// Like [`bring_up`], but `look` sees the plan first and may refuse it.
pub(super) async fn bring_up_after<B: Backend>(
    session: &mut Session<B>,
    events: &Events,
    shutdown: &CancellationToken,
    look: impl FnOnce(&Plan) -> Result<(), CommandError>,
) -> Result<Plan, CommandError> {
    // Fails before anything is changed if the fault journal cannot be read.
    open_faults(&session.state)?;
    existing::permit_workers(session)?;
    end_load(&session.backend, None, events, shutdown).await?;
    let provision = Provision {
        fetch: Fetch::Missing,
        events,
        cancel: shutdown,
    };
    let prepared = session.backend.prepare(&session.topology, provision).await;
    if shutdown.is_cancelled() {
        let up = session.way.up();
        return Err(failure::interrupted(Hint::run(up).words(" to continue.")));
    }
    let prepared = prepared.map_err(session::backend_error)?;
    let plan = plan_up(session, &prepared).await?;
    look(&plan)?;
    if !plan.is_empty() {
        let remembered = session.state.remember_wanted(&prepared.desired);
        remembered.map_err(session::state_error)?;
    }
    let (owned, parts) = (session.owned(), Some(&prepared.parts));
    run(&owned, plan.clone(), parts, events, shutdown).await?;
    // Heals last: a replica that undoing a fault needs may have been down until now.
    heal(session, events).await?;
    Ok(plan)
}

/// The resources that exist or may exist, by observation and by the journal.
pub(super) async fn observe<B: Backend>(
    session: &Session<B>,
) -> Result<Vec<Observed>, CommandError> {
    observe_for(session, None).await
}

/// Like [`observe`], with the parts that `prepare` returned.
async fn observe_for<B: Backend>(
    session: &Session<B>,
    parts: Option<&B::Parts>,
) -> Result<Vec<Observed>, CommandError> {
    match &session.journal {
        Some(journal) => observed(&session.backend, journal, parts).await,
        None => looked(&session.backend, &session.state, parts).await,
    }
}

/// Like [`observe`], for a command that does not own the folder.
pub(super) async fn look<B: Backend>(
    backend: &B,
    state: &Directory,
) -> Result<Vec<Observed>, CommandError> {
    looked(backend, state, None).await
}

async fn looked<B: Backend>(
    backend: &B,
    state: &Directory,
    parts: Option<&B::Parts>,
) -> Result<Vec<Observed>, CommandError> {
    let named = state.named().map_err(session::state_error)?;
    let being_removed = state.being_removed().map_err(session::state_error)?;
    observed_of(backend, &named, &being_removed, parts).await
}

async fn observed<B: Backend>(
    backend: &B,
    journal: &Journal,
    parts: Option<&B::Parts>,
) -> Result<Vec<Observed>, CommandError> {
    let named = journal.named().map_err(failure::unreadable)?;
    let being_removed = journal.being_removed().map_err(failure::unreadable)?;
    observed_of(backend, &named, &being_removed, parts).await
}

/// Observes, given the resources that the journal names and those that a killed command was
/// removing.
async fn observed_of<B: Backend>(
    backend: &B,
    named: &[ResourceId],
    being_removed: &[ResourceId],
    parts: Option<&B::Parts>,
) -> Result<Vec<Observed>, CommandError> {
    let observed = backend.observe(named, parts).await;
    let mut observed = observed.map_err(session::backend_error)?;
    for resource in &mut observed {
        if being_removed.contains(&resource.id) && matches!(resource.state, State::Live(_)) {
            resource.state = State::Dead {
                reason: "an interrupted command was removing it".to_owned(),
            };
        }
    }
    Ok(observed)
}

async fn plan_up<B: Backend>(
    session: &Session<B>,
    prepared: &Prepared<B::Parts>,
) -> Result<Plan, CommandError> {
    let observed = observe_for(session, Some(&prepared.parts)).await?;
    Ok(plan::diff(&prepared.desired, &observed))
}

/// Whether any resource of the topology exists and is alive.
pub(super) async fn is_up<B: Backend>(session: &Session<B>) -> Result<bool, CommandError> {
    let observed = observe(session).await?;
    Ok(observed
        .iter()
        .any(|resource| matches!(resource.state, State::Live(_))))
}

/// Takes everything down by the records, not by the profile, and returns what it removed. `stop`
/// ends it after the steps under way. After `hurry` it forces whatever it would wait for.
pub(super) async fn take_down<B: Backend>(
    owned: &Owned<'_, B>,
    events: &Events,
    stop: &CancellationToken,
    hurry: &CancellationToken,
) -> Result<Vec<String>, CommandError> {
    settle(owned).await?;
    let observed = observed(owned.backend, owned.journal, None).await?;
    let going: Vec<Observed> = observed
        .into_iter()
        .filter(|resource| !resource.stays)
        .collect();
    let plan = plan::diff(&[], &going);
    let removed = plan.steps.iter().map(|step| step.id.to_string()).collect();
    let done = {
        let mut work = std::pin::pin!(run(owned, plan, None, events, stop));
        tokio::select! {
            done = &mut work => done,
            () = hurry.cancelled() => {
                owned.haste.cancel();
                work.await
            }
        }
    };
    if stop.is_cancelled() {
        return done.map(|()| removed);
    }
    // Both run even if a step failed.
    let ended = end_load(owned.backend, None, events, hurry).await;
    let leftovers = owned.backend.sweep().await;
    if !leftovers.is_empty() {
        if let Err(left) = &ended {
            events.notice(in_one_line(&*left.source));
        }
        let failed = done.err();
        if owned.way.is_promotion()
            && let Some(failed) = failed
        {
            // The failed step knows the cause.
            return Err(failed);
        }
        let down = owned.way.down();
        let by_hand = Hint::say("Stop them by hand, then run ");
        let hint = by_hand.command(down).words(" again.");
        return Err(failure::leave(&leftovers, failed).hint(hint));
    }
    match (done, ended) {
        (Err(failed), Err(left)) => return Err(failure::graver(failed, left, events)),
        (done, ended) => done.and(ended.map(drop))?,
    }
    forget(owned).map_err(|error| CommandError::new(Exit::Leftovers, error))?;
    Ok(removed)
}

/// Waits for work that a killed command started, so that its result is observed.
async fn settle<B: Backend>(owned: &Owned<'_, B>) -> Result<(), CommandError> {
    if owned.journal.cut_short().map_err(failure::unreadable)? {
        tokio::time::sleep(owned.backend.hosts().settling_time()).await;
    }
    Ok(())
}

/// Removes the journals: nothing is left to undo or to finish.
fn forget<B: Backend>(owned: &Owned<'_, B>) -> io::Result<()> {
    present(fs_err::remove_file(owned.state.faults()))?;
    owned.state.forget_records()?;
    owned.journal.clear()
}

/// Terminates what a load left open on an existing cluster, and returns how many workflows were open.
/// `known` are the ids of all its workflows that may be open, if they are known.
pub(super) async fn end_load<B: Backend>(
    backend: &B,
    known: Option<&[String]>,
    events: &Events,
    stop: &CancellationToken,
) -> Result<u64, CommandError> {
    let ended = backend.end_load(known, stop).await.map_err(|error| {
        let mut error = session::backend_error(error);
        error.exit = Exit::Leftovers;
        error
    })?;
    match ended {
        0 => {}
        1 => events.notice("terminated 1 workflow that the load left open"),
        ended => events.notice(format!(
            "terminated {ended} workflows that the load left open"
        )),
    }
    Ok(ended)
}

/// Undoes the faults that an earlier run left open, and returns their number.
pub(super) async fn heal<B: Backend>(
    session: &Session<B>,
    events: &Events,
) -> Result<usize, CommandError> {
    heal_what_is_left(&session.backend, &session.state, events).await
}

/// Like [`heal`], without a profile.
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
    for healed in &healing.healed {
        events.notice(format!(
            "undid fault `{}` ({} {}) of an interrupted run",
            healed.id, healed.fault, healed.target
        ));
    }
    healing
        .failure()
        .map_or(Ok(count), |error| Err(failure::unhealed(error)))
}

/// The faults that an earlier run left open. Needs no ownership of the folder.
pub(super) fn open_faults(state: &Directory) -> Result<Vec<fault::Unhealed>, CommandError> {
    let open = fault::Journal::look(&state.faults());
    open.map_err(|error| failure::unhealed(error.into()))
}

async fn run<B: Backend>(
    owned: &Owned<'_, B>,
    plan: Plan,
    parts: Option<&B::Parts>,
    events: &Events,
    shutdown: &CancellationToken,
) -> Result<(), CommandError> {
    let taking_down = plan.steps.iter().all(|step| step.action == Action::Delete);
    let needs = failure::needs(&plan);
    let (backend, journal) = (owned.backend, owned.journal);
    match engine::run(plan, backend, parts, journal, events, shutdown).await {
        Ok(()) => Ok(()),
        Err(error) => Err(failure::explain(error, backend, owned.way, &needs, taking_down).await),
    }
}
