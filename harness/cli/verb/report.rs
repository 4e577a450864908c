//! The verb `report`: what came of a run, by its folder.

use std::io;

use archive::{Archive, Error, REPORT};
use base::hint::Hint;
use camino::{Utf8Path, Utf8PathBuf};
use scenario::report::{Report, Setting};
use scenario::{Fragment, RunPlan, VerdictKind, assess};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Show what came of a run, judged anew by what stands in its folder
///
/// For a run that was cut off, says when, and how much of it is on record.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  harness report .harness/local/reports/smoke-2a-19d0f5c3a10
  harness report .harness/local/reports/smoke-2a-19d0f5c3a10/report.json --output json

Exits with the verdict, as the test did. A run that has no verdict is inconclusive: 2.")]
pub(super) struct Args {
    /// The folder of the run, or the report in it
    folder: Utf8PathBuf,
}

/// What is told of a report that an earlier version of the harness wrote.
#[derive(Deserialize)]
struct Written {
    scenario: String,
    verdict: VerdictKind,
    reason: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Outcome {
    let folder = folder(&args.folder)?;
    let archive = Archive::open(folder).map_err(unreadable)?;
    if archive.has_only_its_report() {
        return as_written(&archive, folder, ui);
    }
    let Some(assessment) = assess(&archive).map_err(unreadable)? else {
        let fragment = Fragment::of(&archive).map_err(unreadable)?;
        ui.text(fragment.summary());
        ui.json(&fragment);
        return Ok(Exit::Inconclusive);
    };
    let setting: Setting = archive.setting().map_err(unreadable)?;
    let plan: RunPlan = archive.plan().map_err(unreadable)?;
    let report = Report::new(&setting, &plan, &assessment);
    ui.text(report.summary());
    ui.json(&report);
    Ok(report.verdict.into())
}

/// The folder that is meant by a path, which may be that of the report in it.
fn folder(path: &Utf8Path) -> Result<&Utf8Path, CommandError> {
    let folder = match path.file_name() {
        Some(REPORT) => path.parent().filter(|folder| *folder != ""),
        _ => Some(path),
    };
    let folder = folder.unwrap_or(Utf8Path::new("."));
    if folder.is_dir() {
        return Ok(folder);
    }
    let error = format!("there is no folder `{folder}`");
    Err(CommandError::new(Exit::Usage, error).hint(name_a_folder()))
}

/// Shows the verdict of a folder that has no events to judge it by.
fn as_written(archive: &Archive, folder: &Utf8Path, ui: &mut Ui) -> Outcome {
    let Some(report): Option<Value> = archive.report().map_err(unreadable)? else {
        let error =
            format!("{folder} has no {REPORT}: the run was cut off, and it is not known when");
        return Err(CommandError::new(Exit::Invalid, error));
    };
    let written = Written::deserialize(&report);
    let Written {
        scenario,
        verdict,
        reason,
    } = written.map_err(|error| CommandError::new(Exit::Invalid, error))?;
    ui.text(format_args!(
        "{scenario}: {verdict}\n  {reason}\n  (as an earlier version of the harness wrote it)"
    ));
    ui.json(&report);
    Ok(verdict.into())
}

fn name_a_folder() -> Hint {
    Hint::say("name the folder of a run: the table that a test ends with has its report")
}

fn unreadable(error: Error) -> CommandError {
    match &error {
        Error::NoRun { .. } => CommandError::new(Exit::Invalid, error).hint(name_a_folder()),
        Error::Version { .. } => CommandError::new(Exit::Invalid, error)
            .hint("a later version of the harness wrote it: use that one"),
        Error::Read { source, .. } if source.kind() != io::ErrorKind::InvalidData => {
            CommandError::new(Exit::Unavailable, error)
        }
        _ => CommandError::new(Exit::Invalid, error)
            .hint("what is left in the folder cannot be judged; run the scenario again"),
    }
}
