//! Runs scenarios one after another on one topology.

use backend::Backend;
use backend::event::{Event, Events, Kind};
use base::causes;
use base::hint::{Hint, Verb};
use engine::watch::Watch;
use model::quantity::Bytes;
use scenario::{Document, Resolution, Verdict};
use tokio::sync::mpsc::UnboundedReceiver;

use super::args::{Args, EVIDENCE_LIMIT};
use super::documents::{self, Resolved};
use super::ran::Ran;
use super::row::{Row, graver};
use super::{run_one, topology, view};
use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::session::{Session, Target};
use crate::verb::shutdown::Shutdown;
use crate::verb::{VerbResult, lifecycle};

/// What the runs of all scenarios share.
#[derive(Clone, Copy)]
pub(super) struct Options<'a> {
    pub(super) target: &'a Target,
    /// Size limit of a run's folder.
    pub(super) evidence_limit: Bytes,
}

/// The outputs of a running test.
pub(super) struct Stage<'a> {
    pub(super) ui: &'a mut Ui,
    pub(super) events: Events,
    pub(super) receiver: UnboundedReceiver<Event>,
    pub(super) shutdown: Shutdown,
    /// Whether the topology was up before this command.
    pub(super) was_up: bool,
    /// Remembers the live replicas between scenarios.
    pub(super) watch: Watch,
}

/// Runs the scenarios that can run, prints the verdicts, and takes down what it brought up.
pub(super) async fn execute<B: Backend>(
    args: &Args,
    resolved: Vec<Resolved>,
    session: &mut Session<B>,
    ui: &mut Ui,
) -> VerbResult {
    let (events, receiver) = Events::channel();
    let shutdown = Shutdown::listen_about(
        &args.target,
        events.clone(),
        Hint::say("run ")
            .command(Verb::Heal)
            .words(" or ")
            .command(session.way.down()),
    )?;
    let mut stage = Stage {
        ui,
        events,
        receiver,
        shutdown,
        was_up: lifecycle::is_up(session).await?,
        watch: Watch::default(),
    };
    if session.way.is_promotion() && !stage.was_up {
        return Err(
            CommandError::new(Exit::Unavailable, "nothing has been promoted")
                .hint(Hint::run(Verb::Promote).words(" first: `test` creates nothing in Azure.")),
        );
    }
    let options = Options {
        target: &args.target,
        evidence_limit: args.evidence_limit,
    };
    let mut ran = run_all(options, resolved, session, &mut stage).await;
    let taken_down = if args.keep || stage.was_up {
        ran.tell_unhealed(&args.target, session.way, stage.ui);
        Ok(())
    } else {
        let taken_down = topology::take_down(session, &mut stage).await;
        ran.errors.retain(|error| is_still_left(error, &taken_down));
        taken_down
    };
    about_leftovers(&mut ran.errors, session).await;
    ran.errors.extend(taken_down.err());
    let options = args.target.options();
    let errors = ran.errors.into_iter().map(|error| error.about(&options));
    let errors: Vec<CommandError> = errors.collect();
    let exits = ran.rows.iter().map(Row::exit);
    let exits = exits.chain(errors.iter().map(|error| error.exit));
    let exit = exits.fold(Exit::Ok, graver);
    view::verdicts(&ran.rows, &errors, exit, stage.ui);
    Ok(exit)
}

/// False for leftovers of a run if the take-down tried again to remove them: it succeeded, or its own
/// error has them.
fn is_still_left(error: &CommandError, taken_down: &Result<(), CommandError>) -> bool {
    let is_other = |failed: &CommandError| failed.exit != Exit::Leftovers;
    error.exit != Exit::Leftovers || taken_down.as_ref().is_err_and(is_other)
}

/// Removes the hints to clean up or to heal if nothing is left.
async fn about_leftovers<B: Backend>(errors: &mut [CommandError], session: &Session<B>) {
    let heals = |hint: &Hint| hint.commands().any(|it| it.has_verb(&Verb::Heal));
    let is_about =
        |error: &&mut CommandError| matches!(error.exit, Exit::Interrupted | Exit::HealFailed);
    let mut about = errors.iter_mut().filter(is_about).peekable();
    if about.peek().is_none() {
        return;
    }
    let observed = lifecycle::observe(session).await;
    if !observed.is_ok_and(|observed| observed.is_empty()) {
        return;
    }
    for error in about {
        if error.exit == Exit::Interrupted {
            error.hints.clear();
        } else {
            error.hints.retain(|hint| !heals(hint));
        }
    }
}

/// Runs one scenario on a topology that is up, and leaves it up.
pub(in crate::verb) async fn one<B: Backend>(
    target: &Target,
    document: Document,
    session: &mut Session<B>,
    ui: &mut Ui,
) -> Result<Row, CommandError> {
    let (events, receiver) = Events::channel();
    let shutdown = Shutdown::listen_about(
        target,
        events.clone(),
        Hint::say("run ").command(Verb::Heal),
    )?;
    let mut stage = Stage {
        ui,
        events,
        receiver,
        shutdown,
        was_up: true,
        watch: Watch::default(),
    };
    let options = Options {
        target,
        evidence_limit: EVIDENCE_LIMIT,
    };
    let resolved = documents::resolve(vec![document], None, session)?;
    let ran = run_all(options, resolved, session, &mut stage).await;
    ran.tell_unhealed(target, session.way, stage.ui);
    ran.only()
}

async fn run_all<B: Backend>(
    options: Options<'_>,
    resolved: Vec<Resolved>,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
) -> Ran {
    crate::verb::view::introduce(session, &stage.events);
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    // Why the remaining scenarios are not run.
    let mut stop: Option<String> = None;
    for scenario in resolved {
        let name = &scenario.document.scenario.name.value;
        let plan = match &scenario.resolution {
            Resolution::Runnable(plan) => plan,
            Resolution::Unrunnable { reasons } => {
                let verdict = Verdict::skipped(reasons);
                let row = Row::judged(name, scenario.seed, verdict);
                stage.finished(&row);
                rows.push(row);
                continue;
            }
        };
        if stop.is_none() && stage.shutdown.asked.is_cancelled() {
            stop = Some("the command was interrupted".to_owned());
            if rows.iter().all(|row: &Row| row.exit() != Exit::Interrupted) {
                errors.push(CommandError::new(Exit::Interrupted, "interrupted"));
            }
        }
        if let Some(why) = &stop {
            let why = format!("not run: {why}");
            let row = Row::not_run(name, scenario.seed, &why);
            stage.finished(&row);
            rows.push(row);
            continue;
        }
        let document = scenario.document.origin().word();
        let outcome = match topology::bring_up(options.target, session, stage).await {
            Ok(()) => run_one::run(options, document, plan, session, stage).await,
            Err(error) => {
                if error.exit != Exit::Interrupted {
                    stop = Some(format!("the topology could not be brought up for `{name}`"));
                }
                Err(error)
            }
        };
        let failed = match outcome {
            Ok((row, left)) => {
                rows.push(row);
                left
            }
            Err(error) => {
                // The row contains the hints too, so they must be complete.
                let error = error.about(&options.target.options());
                let row = Row::failed(name, scenario.seed, &error);
                stage.finished(&row);
                rows.push(row);
                vec![error]
            }
        };
        if let Some(cause) = failed.iter().find_map(no_room) {
            stop = Some(format!("could not write evidence: {cause}"));
        }
        errors.extend(failed);
    }
    // Prints the last events.
    let heard = std::future::ready(());
    stage.ui.follow(&mut stage.receiver, heard).await;
    Ran { rows, errors }
}

/// The reason if an error came from a full or read-only disk, which would also fail the next
/// scenario.
fn no_room(error: &CommandError) -> Option<String> {
    causes::with(error.source.as_ref()).find_map(|error| {
        let error = error.downcast_ref::<std::io::Error>()?;
        base::file::no_room(error).then(|| error.kind().to_string())
    })
}

impl Stage<'_> {
    /// Sends the end of a scenario that has no verdict of its own.
    fn finished(&self, row: &Row) {
        self.events.send(Kind::ScenarioFinished {
            scenario: row.scenario.clone(),
            verdict: row.verdict,
            reason: row.reason.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_a_run_count_unless_the_take_down_tried_again() {
        let error = |exit| CommandError::new(exit, "an error");
        for (taken_down, still) in [
            (Ok(()), false),
            (Err(error(Exit::Leftovers)), false),
            (Err(error(Exit::Unavailable)), true),
        ] {
            assert_eq!(is_still_left(&error(Exit::Leftovers), &taken_down), still);
            assert!(is_still_left(&error(Exit::Invalid), &taken_down));
        }
    }

    #[test]
    fn a_full_disk_stops_the_remaining_scenarios() {
        for (kind, full) in [
            (std::io::ErrorKind::StorageFull, true),
            (std::io::ErrorKind::FileTooLarge, true),
            (std::io::ErrorKind::ReadOnlyFilesystem, true),
            (std::io::ErrorKind::NotFound, false),
        ] {
            let error = CommandError::new(Exit::Unavailable, std::io::Error::from(kind));
            assert_eq!(no_room(&error).is_some(), full, "{kind}");
        }
    }
}
