//! The verb `report`: the result of a run, read from its folder.

use std::io;

use archive::{Archive, Error, PLAN, REPORT};
use base::hint::Hint;
use camino::{Utf8Path, Utf8PathBuf};
use scenario::report::{Report, Setting};
use scenario::{Fragment, RunPlan, VerdictKind, assess};
use serde::Deserialize;
use serde_json::Value;

use super::VerbResult;
use crate::error::{CommandError, Exit};
use crate::ui::Ui;

/// Show the result of a run, judged again from its folder
///
/// For a run that was cut off, says when that happened and how much was recorded.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "\
Examples:
  harness report .harness/local/reports/smoke-2a-19d0f5c3a10
  harness report .harness/local/reports/smoke-2a-19d0f5c3a10/report.json --output json

Exits with the code of the verdict, as `test` did, and with 2 (inconclusive) for a run without one.")]
pub(super) struct Args {
    /// The folder of the run, or a file in it, such as its report.json
    folder: Utf8PathBuf,
}

/// The part of an earlier version's report that is printed.
#[derive(Deserialize)]
struct Written {
    scenario: String,
    verdict: VerdictKind,
    reason: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> VerbResult {
    let folder = folder(&args.folder)?;
    let archive = Archive::open(folder).map_err(unreadable)?;
    if archive.is_report_only() {
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

/// The folder of a run by a path to it or to a file in it.
fn folder(path: &Utf8Path) -> Result<&Utf8Path, CommandError> {
    if path.is_dir() {
        return Ok(path);
    }
    let parent = path.parent().filter(|folder| *folder != "");
    let folder = parent.unwrap_or(Utf8Path::new("."));
    let what = match path.is_file() {
        true if folder.join(PLAN).is_file() => return Ok(folder),
        true => "is not the folder of a run",
        false => "does not exist",
    };
    let error = format!("`{path}` {what}");
    Err(CommandError::new(Exit::Usage, error).hint(name_a_folder()))
}

/// Shows the written verdict of a folder that has no events to judge.
fn as_written(archive: &Archive, folder: &Utf8Path, ui: &mut Ui) -> VerbResult {
    let Some(report): Option<Value> = archive.report().map_err(unreadable)? else {
        let error = format!("{folder} has no {REPORT}: the run was cut off at an unknown time");
        return Err(CommandError::new(Exit::Invalid, error));
    };
    let written = Written::deserialize(&report);
    let Written {
        scenario,
        verdict,
        reason,
    } = written.map_err(|error| CommandError::new(Exit::Invalid, error))?;
    ui.text(format_args!(
        "{scenario}: {verdict}\n  {reason}\n  (written by an earlier version of the harness)"
    ));
    ui.json(&report);
    Ok(verdict.into())
}

fn name_a_folder() -> Hint {
    Hint::say("Name the folder of a run: the table at the end of `test` lists the reports.")
}

fn unreadable(error: Error) -> CommandError {
    match &error {
        Error::NoRun { .. } => CommandError::new(Exit::Invalid, error).hint(name_a_folder()),
        Error::Version { .. } => CommandError::new(Exit::Invalid, error)
            .hint("Use the later version of the harness that wrote it."),
        Error::Read { source, .. } if source.kind() != io::ErrorKind::InvalidData => {
            CommandError::new(Exit::Unavailable, error)
        }
        _ => CommandError::new(Exit::Invalid, error)
            .hint("Run the scenario again: the remaining files cannot be judged."),
    }
}
