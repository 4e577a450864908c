//! The errors of bringing a topology up, taking it down and healing it: what failed, the known
//! cause, and hints.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use backend::death::Death;
use backend::event::Events;
use backend::fault;
use backend::{Backend, Blame, Host, Log};
use base::causes::in_one_line;
use base::hint::{Hint, Verb};
use base::log_tail::LogTail;
use model::plan::{Action, Plan, ResourceId, ResourceKind};

use super::session;
use super::way::Way;
use crate::error::{CommandError, Exit};

/// The hint for a record that could not be read.
const UNREADABLE: &str = "Check that the state folder is readable.";

/// What each resource of a plan needs directly.
pub(super) type Needs = BTreeMap<ResourceId, Vec<ResourceId>>;

/// The graver of two errors. The other one becomes a notice.
pub(super) fn graver(first: CommandError, second: CommandError, events: &Events) -> CommandError {
    let (graver, other) = if second.exit.gravity() > first.exit.gravity() {
        (second, first)
    } else {
        (first, second)
    };
    events.notice(in_one_line(&*other.source));
    graver
}

/// Turns an error of a plan's steps into a command's error. Adds what the backend knows and, when
/// bringing up, the replica that died first. `needs` is [`needs`] of that plan.
pub(super) async fn explain<B: Backend>(
    error: engine::Error,
    backend: &B,
    way: Way,
    needs: &Needs,
    taking_down: bool,
) -> CommandError {
    let first = match error.id() {
        Some(id) if !taking_down && needs.contains_key(id) => {
            died_before(backend, &all_needs(needs, id)).await
        }
        _ => None,
    };
    let error = told(error, backend, way, taking_down).await;
    match first {
        Some((death, log_tail)) => caused_by(error, death, log_tail),
        None => error,
    }
}

/// Adds the end of the log, the evidence and the hints to an error of the engine.
async fn told<B: Backend>(
    error: engine::Error,
    backend: &B,
    way: Way,
    taking_down: bool,
) -> CommandError {
    let (up, down, hosts) = (way.up(), way.down(), backend.hosts());
    let again = if taking_down { down.clone() } else { up };
    if let engine::Error::Interrupted = &error {
        let go_on = Hint::run(again).words(" to continue");
        return interrupted(if taking_down {
            go_on.words(".")
        } else {
            go_on
                .words(", or ")
                .command(down)
                .words(format!(" to {}.", way.end()))
        });
    }
    let (error, remedy) = diagnosed(error, backend).await;
    let (log_tail, evidence) = match error.id() {
        Some(id) => (tail(hosts, id.name()).await, hosts.evidence(id).await),
        None => (None, None),
    };
    let mut hints = match &error {
        engine::Error::Apply { source, .. } => source.hints.clone(),
        _ => Vec::new(),
    };
    hints.extend(evidence.map(|folder| Hint::say(format!("See the evidence in {folder}."))));
    match &error {
        // The same command would fail again, so the error's own remedy is the hint.
        engine::Error::Apply { source, .. } if !source.may_pass => {
            if source.hints.is_empty() {
                hints.push(mend(again));
            }
        }
        _ => {
            let logs = match error.id() {
                Some(id) => logs(hosts, id).await,
                None => None,
            };
            match (&error, remedy) {
                (engine::Error::NotReady { .. }, Some(remedy)) => {
                    hints.push(remedy.words(" Then run ").command(again).words(" again."));
                }
                (_, remedy) => {
                    hints.push(way_out(&error, logs, again, down));
                    hints.extend(remedy);
                }
            }
        }
    }
    let exit = match &error {
        engine::Error::Apply { source, .. } if source.blame == Blame::Permission => {
            Exit::NotAllowed
        }
        _ if taking_down => Exit::Leftovers,
        engine::Error::Apply { source, .. } => session::exit_of(source.blame),
        _ => Exit::Unavailable,
    };
    let mut whole = CommandError::new(exit, error);
    whole.log_tail = log_tail;
    whole.hints = hints;
    whole
}

/// The error with the reason that the place finds, and its remedy.
async fn diagnosed<B: Backend>(
    mut error: engine::Error,
    backend: &B,
) -> (engine::Error, Option<Hint>) {
    let (engine::Error::NotReady { id, reason, .. } | engine::Error::Failed { id, reason }) =
        &mut error
    else {
        return (error, None);
    };
    let Some(found) = backend.diagnose(id).await else {
        return (error, None);
    };
    *reason = found.reason;
    (error, Some(found.remedy))
}

/// An error whose likely cause is a replica that died before.
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

/// Makes the first death the cause of an error, if there was one.
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

/// What each resource of a plan needs directly.
pub(super) fn needs(plan: &Plan) -> Needs {
    let steps = plan.steps.iter();
    let direct = steps.map(|step| (step.id.clone(), step.after.clone()));
    direct.collect()
}

/// What a resource needs directly or indirectly. All of it was ready before its step began.
fn all_needs<'a>(needs: &'a Needs, id: &ResourceId) -> BTreeSet<&'a ResourceId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&ResourceId> = needs.get(id).into_iter().flatten().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(needs.get(next).into_iter().flatten());
        }
    }
    found
}

/// A needed replica that was ready and has ended since.
async fn died_before<B: Backend>(
    backend: &B,
    needs: &BTreeSet<&ResourceId>,
) -> Option<(String, Option<LogTail>)> {
    let vitals = backend.hosts().vitals().await;
    let needed = |replica: &str, services: &[String]| {
        let mut needs = needs.iter().map(|id| id.name());
        needs.any(|name| name == replica || services.iter().any(|service| service == name))
    };
    let (replica, status, life) = vitals.replicas.into_iter().find_map(|(replica, vital)| {
        let status = vital.ended?;
        needed(&replica, &vital.services).then_some((replica, status, vital.life))
    })?;
    let log_tail = backend.hosts().log_tail(&replica, Some(&life)).await;
    Some((format!("{replica} died by itself: {status}"), log_tail))
}

/// The beginning of a hint that names the log of a resource, or all logs if it has none of its own.
/// None if there are no logs.
async fn logs<H: Host>(hosts: &H, id: &ResourceId) -> Option<Hint> {
    let logs = hosts.logs().await;
    let name = id.name();
    // Users choose the names of namespaces and of resource groups, so these may equal the name of a
    // service.
    let writes = matches!(
        id.kind(),
        ResourceKind::Process
            | ResourceKind::Container
            | ResourceKind::Deployment
            | ResourceKind::Job
    );
    let own = |log: &Log| log.replica == name || log.services.iter().any(|it| it == name);
    if writes && logs.iter().any(own) {
        return Some(Hint::run(Verb::LogsOf(name.to_owned())).words(". "));
    }
    (!logs.is_empty()).then(|| Hint::run(Verb::Logs).words(". "))
}

/// The hint for an error of the engine.
fn way_out(error: &engine::Error, logs: Option<Hint>, again: Verb, down: Verb) -> Hint {
    let after_logs = |hint: Hint| match logs {
        Some(logs) => logs.then(hint),
        None => hint,
    };
    match error {
        engine::Error::NotReady { .. } => after_logs(
            Hint::say("If it runs and does not answer, restart it with ")
                .command(down)
                .words(" and then ")
                .command(again),
        ),
        engine::Error::Failed { .. } => after_logs(mend(again)),
        _ => Hint::run(again).words(" again to continue from here."),
    }
}

fn mend(again: Verb) -> Hint {
    let mend = Hint::say("Fix the cause, then run ");
    mend.command(again).words(" again.")
}

pub(super) fn interrupted(hint: impl Into<Hint>) -> CommandError {
    CommandError::new(Exit::Interrupted, "interrupted").hint(hint)
}

/// The last lines of a replica's log since it was started.
async fn tail<H: Host>(hosts: &H, replica: &str) -> Option<LogTail> {
    // An older end of the log is better than none.
    let _ = hosts.collect_logs(None).await;
    hosts.log_tail(replica, None).await
}

/// The resources that remain, with the cause that the failed step knows.
#[derive(Debug, thiserror::Error)]
#[error("could not stop:\n  {list}")]
struct Leftovers {
    list: String,
    #[source]
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub(super) fn leave(left: &[String], failed: Option<CommandError>) -> CommandError {
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

/// The error for a promoted topology that differs from the profile. Only `promote` may change it.
pub(super) fn differs(plan: &Plan) -> CommandError {
    let steps = plan.steps.iter().filter(|step| step.action != Action::Keep);
    let steps: Vec<String> = steps
        .map(|step| format!("{} {}: {}", step.action, step.id, step.reason))
        .collect();
    let list = steps.join("\n  ");
    CommandError::new(
        Exit::NotAllowed,
        format!("the promoted topology differs from the profile:\n  {list}"),
    )
    .hint(promote_first())
}

/// The hint for a promoted topology that differs from the profile.
pub(super) fn promote_first() -> Hint {
    Hint::run(Verb::Promote).words(" first, or name the profile that was promoted.")
}

pub(super) fn unreadable(error: io::Error) -> CommandError {
    CommandError::new(Exit::Unavailable, error).hint(UNREADABLE)
}

pub(super) fn unhealed(error: engine::fault::Error) -> CommandError {
    use fault::JournalError::{Open, Parse, Read};
    match &error {
        engine::fault::Error::Journal(Parse { .. }) => {
            return CommandError::new(Exit::Invalid, error).hint(session::garbage());
        }
        engine::fault::Error::Journal(Open(_) | Read(_)) => {
            return CommandError::new(Exit::Unavailable, error).hint(UNREADABLE);
        }
        engine::fault::Error::Pull { source, .. } if !source.may_pass => {
            let hints = source.hints.clone();
            let unhealed = CommandError::new(Exit::HealFailed, error);
            return unhealed.with_hints(hints);
        }
        _ => {}
    }
    CommandError::new(Exit::HealFailed, error).hint(
        Hint::run(Verb::Heal)
            .words(" again, or ")
            .command(Verb::Down)
            .words(" to discard the topology."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_listed_with_the_cause() {
        let failed = CommandError::new(Exit::Unavailable, "could not delete `process/worker-0`")
            .hint("Check what holds it.");
        let error = leave(&["worker-0 (pid 7)".to_owned()], Some(failed));
        assert_eq!(error.exit, Exit::Leftovers);
        assert_eq!(error.causes(), ["could not delete `process/worker-0`"]);
        assert_eq!(error.hints, [Hint::say("Check what holds it.")]);
        assert!(error.to_string().contains("worker-0 (pid 7)"), "{error}");
    }

    #[test]
    fn an_unreadable_fault_journal_is_not_a_failure_to_heal() {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let garbage = serde_json::from_str::<u8>("x").expect_err("not a number");
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
