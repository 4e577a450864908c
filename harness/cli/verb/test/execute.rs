//! Runs scenarios one after another on one topology.

use archive::Writer;
use backend::Backend;
use backend::event::{Event, Events, Kind};
use backend::fault;
use base::causes;
use base::hint::{Command, Hint, Verb};
use engine::watch::Watch;
use model::plan::{Action, Plan};
use model::quantity::Bytes;
use model::verdict_kind::{Conclusion, VerdictKind};
use scenario::report::{self, Machine, Report, Setting, Versions};
use scenario::{Document, Resolution, RunPlan, Verdict};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use super::args::{Args, EVIDENCE_LIMIT};
use super::documents::{self, Resolved};
use super::row::{Row, graver};
use super::view;
use crate::error::{CommandError, Exit};
use crate::ui::Ui;
use crate::verb::session::{self, Session, Target};
use crate::verb::shutdown::Shutdown;
use crate::verb::way::Way;
use crate::verb::{VerbResult, failure, lifecycle, reap};

/// What the runs of all scenarios share.
#[derive(Clone, Copy)]
struct Options<'a> {
    target: &'a Target,
    /// Size limit of a run's folder.
    evidence_limit: Bytes,
}

/// The outputs of a running test.
struct Stage<'a> {
    ui: &'a mut Ui,
    events: Events,
    receiver: UnboundedReceiver<Event>,
    shutdown: Shutdown,
    /// Whether the topology was up before this command.
    was_up: bool,
    /// Remembers the live replicas between scenarios.
    watch: Watch,
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
        take_down(session, &mut stage).await
    };
    about_interruption(&mut ran.errors, session).await;
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

/// Removes the hints of an interruption if nothing is left to clean up.
async fn about_interruption<B: Backend>(errors: &mut [CommandError], session: &Session<B>) {
    for error in errors {
        if error.exit == Exit::Interrupted
            && let Ok(observed) = lifecycle::observe(session).await
            && observed.is_empty()
        {
            error.hints.clear();
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

/// The results of all scenarios.
struct Ran {
    /// One row for each scenario.
    rows: Vec<Row>,
    /// The errors that prevented verdicts or reports.
    errors: Vec<CommandError>,
}

impl Ran {
    /// Says how to undo the faults of a topology that stays up. An error has hints of its own.
    fn tell_unhealed(&self, target: &Target, way: Way, ui: &mut Ui) {
        let unhealed = Conclusion::Verdict(VerdictKind::HealFailed);
        if self.rows.iter().any(|row| row.verdict == unhealed) {
            let hint = Hint::say("! a fault is still open: run ")
                .command(Verb::Heal)
                .words(" to undo it, or ")
                .command(way.down())
                .words(format!(" to {}", way.end()));
            ui.say(target.complete(hint));
        }
    }

    /// The row of a single scenario. A verdict stands even if a later step failed; the row holds
    /// that error. Without a verdict, returns the gravest error.
    fn only(mut self) -> Result<Row, CommandError> {
        let row = self.rows.remove(0);
        // Of several equally grave errors, the first.
        let errors = self.errors.into_iter().rev();
        match errors.max_by_key(|error| error.exit.gravity()) {
            Some(error) if !row.is_judged() || error.exit == Exit::Interrupted => Err(error),
            _ => Ok(row),
        }
    }
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
        let document = scenario.document.name();
        let failure = match bring_up(options.target, session, stage).await {
            Ok(()) => run_one(options, document, plan, session, stage).await,
            Err(error) => {
                if error.exit != Exit::Interrupted {
                    stop = Some(format!("the topology could not be brought up for `{name}`"));
                }
                Err(error)
            }
        };
        let error = match failure {
            Ok((row, error)) => {
                rows.push(row);
                error
            }
            Err(error) => {
                // The row contains the hints too, so they must be complete.
                let error = error.about(&options.target.options());
                let row = Row::failed(name, scenario.seed, &error);
                stage.finished(&row);
                rows.push(row);
                Some(error)
            }
        };
        if let Some(cause) = error.as_ref().and_then(no_room) {
            stop = Some(format!("could not write evidence: {cause}"));
        }
        errors.extend(error);
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

/// Brings the topology to the state that the profile describes.
async fn bring_up<B: Backend>(
    target: &Target,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(), CommandError> {
    let asked = &stage.shutdown.asked;
    let (was_up, promoted) = (stage.was_up, session.way.is_promotion());
    let events = stage.events.clone();
    let look = |plan: &Plan| match changes(plan, target) {
        Some(_) if promoted => Err(failure::differs(plan)),
        Some(word) if was_up => {
            events.notice(word);
            Ok(())
        }
        _ => Ok(()),
    };
    let watch = &stage.watch;
    let up = async {
        watch.prepare(&session.backend, &stage.events).await;
        let deaths = watch.deaths_so_far().len();
        let up = lifecycle::bring_up_after(session, &stage.events, asked, look).await;
        if up.is_ok() || asked.is_cancelled() {
            return up;
        }
        // A replica may have died after it was observed. It is restarted, like one that died before.
        watch.prepare(&session.backend, &stage.events).await;
        if watch.deaths_so_far().len() == deaths {
            return up;
        }
        lifecycle::bring_up_after(session, &stage.events, asked, look).await
    };
    let up = stage.ui.follow(&mut stage.receiver, up).await;
    up.map_err(|error| failure::after(&watch.end().deaths, error))?;
    watch.all_faults_ended();
    Ok(())
}

/// Runs one scenario on a ready topology, and writes its report at once. Returns the verdict with
/// the error if the report cannot be written.
async fn run_one<B: Backend>(
    options: Options<'_>,
    document: &str,
    plan: &RunPlan,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(Row, Option<CommandError>), CommandError> {
    let folder = session
        .state
        .reports()
        .join(format!("{}-{}", plan.scenario, plan.run));
    let setting = Setting {
        document: document.to_owned(),
        options: options.target.options(),
        place: session.place.clone(),
        topology: session.topology.digest.clone(),
        versions: Versions::with_temporal(&session.topology.temporal.version),
        machine: Machine::this(),
    };
    let writer = Writer::create(&folder, options.evidence_limit, &setting, plan);
    let writer = writer.map_err(not_written)?;
    let (asked, watch) = (&stage.shutdown.asked, &stage.watch);
    let _guard = (!plan.faults.is_empty())
        .then(|| reap::guard(&session.record, &session.state))
        .transpose()?;
    let journal = fault::Journal::open(&session.state.faults());
    let journal = journal.map_err(|error| failure::unhealed(error.into()))?;
    let context = scenario::Context {
        backend: &session.backend,
        topology: &session.topology,
        journal: &journal,
        events: &stage.events,
        watch,
        shutdown: asked,
    };
    let run = scenario::run(plan, context, writer);
    let assessment = stage.ui.follow(&mut stage.receiver, Box::pin(run)).await;
    let assessment = assessment.map_err(|error| {
        let error = without_verdict(error);
        failure::after(&watch.end().deaths, error)
    })?;
    let report = Report::new(&setting, plan, &assessment);
    stage.ui.text(report.summary());
    let written = report::write(&folder, &report).map_err(not_written);
    let path = written.map(|path| from_here(&path).to_string());
    let verdict = Verdict {
        kind: report.verdict,
        reason: report.reason,
        reasons: report.reasons,
    };
    let row = Row::judged(&plan.scenario, plan.seed, verdict);
    Ok((row.with_report(path.as_ref().cloned()), path.err()))
}

fn not_written(error: impl std::error::Error + Send + Sync + 'static) -> CommandError {
    CommandError::new(Exit::Unavailable, error)
        .hint("Check that the folder is writable and has free space, then run the command again.")
}

/// The error of a run without a verdict.
fn without_verdict(error: scenario::Error) -> CommandError {
    let scenario::Error::Evidence {
        source,
        heal_failure,
    } = &error
    else {
        return CommandError::new(Exit::Unavailable, error);
    };
    let is_full = matches!(source, archive::Error::Full { .. });
    let is_dirty = heal_failure.is_some();
    let mut error = not_written(error);
    if is_full {
        error.hints = vec![Hint::say("Raise the limit with `--evidence-limit`.")];
    }
    if is_dirty {
        error.exit = Exit::HealFailed;
        error.hints.insert(0, Hint::run(Verb::Heal));
    }
    error
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

/// The notice that a topology that was already up is changed: somebody else may be using it.
fn changes(plan: &Plan, target: &Target) -> Option<String> {
    const SHOWN: usize = 4;
    let steps = plan.steps.iter();
    let mut steps = steps.filter(|step| step.action != Action::Keep);
    let shown: Vec<String> = steps
        .by_ref()
        .take(SHOWN)
        .map(|step| format!("{} {} ({})", step.action, step.id, step.reason))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let more = match steps.count() {
        0 => String::new(),
        count => format!(", and {count} more"),
    };
    let up = Command::named(Verb::Up, target.without_settings().options());
    let hint = Hint::say(format!(
        "the running topology differs from this command's profile and is changed: {}{more}; it \
         stays changed afterwards; run ",
        shown.join(", ")
    ));
    let hint = hint.command(up);
    Some(
        hint.words(" with its earlier settings to restore it")
            .to_string(),
    )
}

/// A path relative to the working directory, if it is below it.
fn from_here(path: &camino::Utf8Path) -> &camino::Utf8Path {
    let here = session::working_directory().ok();
    here.and_then(|here| path.strip_prefix(here).ok())
        .unwrap_or(path)
}

async fn take_down<B: Backend>(
    session: &Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(), CommandError> {
    let owned = session.owned();
    let (never, hurry) = (CancellationToken::new(), &stage.shutdown.insisted);
    let down = lifecycle::take_down(&owned, &stage.events, &never, hurry);
    stage.ui.follow(&mut stage.receiver, down).await.map(drop)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::ui::Display;

    #[test]
    fn a_verdict_stands_although_its_report_could_not_be_written() {
        let error = |exit| CommandError::new(exit, "could not write report.json");
        let verdict = Verdict {
            kind: VerdictKind::Fail,
            reason: "a workflow is lost".to_owned(),
            reasons: Vec::new(),
        };
        let unwritten = error(Exit::Unavailable);
        let row = Row::judged("one", 1, verdict).with_report(Err(&unwritten));
        let judged = Ran {
            rows: vec![row],
            errors: vec![unwritten],
        };
        assert_eq!(
            judged.only().expect("it has a verdict").exit(),
            Exit::Violated
        );

        let failed = Ran {
            rows: vec![Row::failed("one", 1, &error(Exit::HealFailed))],
            errors: vec![error(Exit::HealFailed), error(Exit::Unavailable)],
        };
        let gravest = failed.only().expect_err("nothing has a verdict");
        assert_eq!(gravest.exit, Exit::HealFailed);
    }

    /// A stream that records what is written.
    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_fault_that_stays_open_is_told_with_commands_that_name_the_topology() {
        let told = |kind| {
            let verdict = Verdict {
                kind,
                reason: "could not heal fault `crash`".to_owned(),
                reasons: Vec::new(),
            };
            let ran = Ran {
                rows: vec![Row::judged("crash", 1, verdict)],
                errors: Vec::new(),
            };
            let stderr = Captured::default();
            let streams = (Box::new(io::sink()), Box::new(stderr.clone()));
            let mut ui = Ui::new(streams.0, streams.1, Display::Lines);
            ran.tell_unhealed(&Target::named("k3d", &[]), Way::Up, &mut ui);
            let written = stderr.0.lock().expect("no test panics").clone();
            String::from_utf8(written).expect("UTF-8")
        };
        assert_eq!(told(VerdictKind::Pass), "");
        insta::assert_snapshot!(told(VerdictKind::HealFailed), @"! a fault is still open: run `harness heal --profile k3d` to undo it, or `harness down --profile k3d` to stop everything");
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
