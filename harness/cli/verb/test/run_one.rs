//! Runs one scenario.

use archive::Writer;
use backend::{Backend, fault};
use base::hint::{Hint, Verb};
use scenario::report::{self, Machine, Report, Setting, Versions};
use scenario::{RunPlan, Verdict};

use super::execute::{Options, Stage};
use super::row::Row;
use crate::error::{CommandError, Exit};
use crate::verb::session::{self, Session};
use crate::verb::{existing, failure, reap};

/// Runs one scenario on a ready topology, and writes its report at once. Returns the verdict with
/// the errors if the report cannot be written, or workflows are left open on an existing cluster.
pub(super) async fn run<B: Backend>(
    options: Options<'_>,
    document: &str,
    plan: &RunPlan,
    session: &mut Session<B>,
    stage: &mut Stage<'_>,
) -> Result<(Row, Vec<CommandError>), CommandError> {
    let folder = session
        .state
        .reports()
        .join(format!("{}-{}", plan.scenario, plan.run));
    let version = Box::pin(version(session));
    let version = stage.ui.follow(&mut stage.receiver, version).await;
    let setting = Setting {
        document: document.to_owned(),
        options: options.target.options(),
        place: session.place.clone(),
        topology: session.topology.digest.clone(),
        versions: Versions::with_temporal(&version),
        machine: Machine::this(),
    };
    let writer = Writer::create(&folder, options.evidence_limit, &setting, plan);
    let writer = writer.map_err(not_written)?;
    let (asked, watch) = (&stage.shutdown.asked, &stage.watch);
    let _guard = reap::guard(session, !plan.faults.is_empty())?;
    let journal = fault::Journal::open(&session.state.faults());
    let journal = journal.map_err(|error| failure::unhealed(error.into()))?;
    let prefixes: Vec<String> = plan
        .workloads
        .iter()
        .map(|workload| workload.workflow_id_prefix.clone())
        .collect();
    let begun = session.backend.begin_load(&prefixes).await;
    begun.map_err(session::backend_error)?;
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
    });
    // A run without a verdict may have records that are not in its folder.
    let is_whole = session.place.cluster.is_some() && assessment.is_ok();
    let open = is_whole.then(|| existing::may_be_open(&folder)).flatten();
    let ended = existing::conclude(
        &session.backend,
        open.as_deref(),
        assessment,
        &stage.events,
        &stage.shutdown.insisted,
    );
    let ended = stage.ui.follow(&mut stage.receiver, Box::pin(ended)).await;
    let (assessment, left) = ended?;
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
    let row = row.with_report(path.as_ref().cloned());
    Ok((row, left.into_iter().chain(path.err()).collect()))
}

/// The version of Temporal: that of an existing cluster is not the one in the profile.
async fn version<B: Backend>(session: &Session<B>) -> String {
    match session.backend.existing_cluster().await {
        Some(seen) => seen.version.unwrap_or_else(|_| "unknown".to_owned()),
        None => session.topology.temporal.version.clone(),
    }
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

/// A path relative to the working directory, if it is below it.
fn from_here(path: &camino::Utf8Path) -> &camino::Utf8Path {
    let here = session::working_directory().ok();
    here.and_then(|here| path.strip_prefix(here).ok())
        .unwrap_or(path)
}
