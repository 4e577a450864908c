//! The verdicts that there are: what the reports of all profiles of a folder say.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde::Deserialize;

use crate::backend::Place;
use crate::scenario::VerdictKind;
use crate::state::present;
use crate::topology::{Digest, WorkerBuild};

/// What one report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The profile that was up, by its state folder.
    pub profile: String,
    /// The scenario's name.
    pub scenario: String,
    /// The verdict.
    pub verdict: VerdictKind,
    /// What ran.
    pub topology: Digest,
    /// Which build of the worker ran, if the report says so.
    pub worker: Option<WorkerBuild>,
    /// Where it ran.
    pub place: Place,
    /// When it was over.
    pub finished: Timestamp,
    /// The report.
    pub report: Utf8PathBuf,
}

/// The part of `report.json` that counts here.
#[derive(Deserialize)]
struct Report {
    scenario: String,
    verdict: VerdictKind,
    topology: Digest,
    #[serde(default)]
    worker: Option<WorkerBuild>,
    place: Place,
    finished: Timestamp,
}

/// Reads `PROFILE/reports/RUN/report.json` of every profile and run in the folder of state folders.
/// What is not a report that this version understands is no evidence, and no error.
pub fn read(states: &Utf8Path) -> io::Result<Vec<Evidence>> {
    let mut all = Vec::new();
    for profile in folders(states)? {
        for run in folders(&profile.join("reports"))? {
            all.extend(evidence(&profile, run.join("report.json"))?);
        }
    }
    Ok(all)
}

/// What a report is evidence of, if there is one. What nobody may read might say anything.
fn evidence(profile: &Utf8Path, path: Utf8PathBuf) -> io::Result<Option<Evidence>> {
    let Some(bytes) = present(fs_err::read(&path))? else {
        return Ok(None);
    };
    let (Ok(report), Some(profile)) = (serde_json::from_slice(&bytes), profile.file_name()) else {
        return Ok(None);
    };
    let report: Report = report;
    Ok(Some(Evidence {
        profile: profile.to_owned(),
        scenario: report.scenario,
        verdict: report.verdict,
        topology: report.topology,
        worker: report.worker,
        place: report.place,
        finished: report.finished,
        report: path,
    }))
}

/// The folders in a folder, which need not be there.
fn folders(path: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    let Some(entries) = present(path.read_dir_utf8())? else {
        return Ok(Vec::new());
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.into_path());
        }
    }
    Ok(folders)
}
