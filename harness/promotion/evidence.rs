//! Reads the verdicts in the reports of all profiles.

use std::io;

use backend::Place;
use base::file::present;
use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use model::topology::{Digest, WorkerBuilds};
use scenario::VerdictKind;
use serde::Deserialize;

/// The verdict of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The profile that ran, by the name of its state folder.
    pub profile: String,
    /// The name of the scenario.
    pub scenario: String,
    pub verdict: VerdictKind,
    /// The topology that ran.
    pub topology: Digest,
    /// The builds of the workers that ran, as far as the report names them.
    pub workers: WorkerBuilds,
    /// The place where it ran.
    pub place: Place,
    /// The end of the run.
    pub finished: Timestamp,
    /// The modification time of the report file.
    pub written: Timestamp,
    pub report: Utf8PathBuf,
}

/// All reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reports {
    /// The reports that could be read.
    pub evidence: Vec<Evidence>,
    /// The reports that could not be read.
    pub damaged: Vec<Damaged>,
}

/// A report that cannot be read. Its verdict may have been anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The scenario of the report; `None` if that is unknown as well.
    pub scenario: Option<String>,
    /// The modification time of the report file.
    pub written: Timestamp,
    /// Why it cannot be read.
    pub why: String,
    pub report: Utf8PathBuf,
}

/// The fields of `report.json` that are used here.
#[derive(Deserialize)]
struct Report {
    scenario: String,
    verdict: VerdictKind,
    topology: Digest,
    #[serde(default)]
    workers: WorkerBuilds,
    place: Place,
    finished: Timestamp,
}

/// Reads `PROFILE/reports/RUN/report.json` of every profile and run below the folder `states`. It
/// is an error if the user may not read a file.
pub fn read(states: &Utf8Path) -> io::Result<Reports> {
    let mut all = Reports::default();
    for profile in folders(states)? {
        for run in folders(&profile.join("reports"))? {
            match report(&profile, &run)? {
                Some(Ok(evidence)) => all.evidence.push(evidence),
                Some(Err(damaged)) => all.damaged.push(damaged),
                None => {}
            }
        }
    }
    Ok(all)
}

/// Reads the report of a run. `None` if the run has no report.
fn report(profile: &Utf8Path, run: &Utf8Path) -> io::Result<Option<Result<Evidence, Damaged>>> {
    let path = run.join("report.json");
    let Some(about) = present(fs_err::metadata(&path))? else {
        return Ok(None);
    };
    let written = Timestamp::try_from(about.modified()?).unwrap_or(Timestamp::MAX);
    let bytes = match fs_err::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
        Err(_) if about.is_dir() => {
            return Ok(Some(Err(damaged(run, written, "it is a folder", &[]))));
        }
        Err(error) => return Err(error),
    };
    let profile = profile.file_name().unwrap_or_default();
    let read = serde_json::from_slice(&bytes);
    let read = read.map_err(|error| damaged(run, written, &why(&bytes, &error), &bytes));
    Ok(Some(read.map(|report: Report| Evidence {
        profile: profile.to_owned(),
        scenario: report.scenario,
        verdict: report.verdict,
        topology: report.topology,
        workers: report.workers,
        place: report.place,
        finished: report.finished,
        written,
        report: path,
    })))
}

fn why(bytes: &[u8], error: &serde_json::Error) -> String {
    if bytes.is_empty() {
        "it is empty".to_owned()
    } else {
        error.to_string()
    }
}

/// Describes a report that cannot be read. The scenario comes from the report if that is JSON, else
/// from the name of the run's folder, `SCENARIO-TIME-RANDOM`.
fn damaged(run: &Utf8Path, written: Timestamp, why: &str, bytes: &[u8]) -> Damaged {
    let left: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let named = left.as_ref().and_then(|left| left["scenario"].as_str());
    let folder = run.file_name().unwrap_or_default();
    let mut parts = folder.rsplitn(3, '-');
    let is_hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let numbered =
        parts.next().is_some_and(is_hexadecimal) && parts.next().is_some_and(is_hexadecimal);
    let of_folder = parts.next().filter(|_| numbered);
    Damaged {
        scenario: named.or(of_folder).map(str::to_owned),
        written,
        why: why.to_owned(),
        report: run.join("report.json"),
    }
}

/// The folders in a folder; empty if that does not exist.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_report_is_listed_with_the_scenario_that_it_may_belong_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let states = Utf8Path::from_path(folder.path()).expect("UTF-8");
        for (run, text) in [
            ("smoke-19a2b3-4c5d", ""),
            ("worker-crash-19a2b3-4c5d", "{\"scenario\": "),
            (
                "one",
                "{\"scenario\": \"steady\", \"verdict\": \"splendid\"}",
            ),
            ("two", "nothing"),
        ] {
            let run = states.join("k3d/reports").join(run);
            fs_err::create_dir_all(&run).expect("writable");
            fs_err::write(run.join("report.json"), text).expect("writable");
        }
        let unfinished = states.join("k3d/reports/smoke-19a2b3-4c5e");
        fs_err::create_dir_all(unfinished).expect("writable");
        let as_folder = states.join("k3d/reports/smoke-1-2/report.json");
        fs_err::create_dir_all(as_folder).expect("writable");
        let Reports { evidence, damaged } = read(states).expect("readable");
        assert_eq!(evidence, []);
        let listed = damaged.iter().map(|it| {
            let run = it.report.parent().and_then(Utf8Path::file_name);
            let scenario = it.scenario.as_deref().unwrap_or("?");
            format!("{} {scenario}: {}", run.unwrap_or_default(), it.why)
        });
        let mut listed: Vec<String> = listed.collect();
        listed.sort();
        insta::assert_snapshot!(listed.join("\n"), @"
        one steady: unknown variant `splendid`, expected one of `pass`, `skipped`, `inconclusive`, `threshold-missed`, `fail`, `interrupted`, `heal-failed` at line 1 column 44
        smoke-1-2 smoke: it is a folder
        smoke-19a2b3-4c5d smoke: it is empty
        two ?: expected ident at line 1 column 2
        worker-crash-19a2b3-4c5d worker-crash: EOF while parsing a value at line 1 column 13
        ");
    }

    #[test]
    fn a_report_of_an_earlier_version_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let states = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let digest = Digest::of_bytes(b"ours").to_string();
        let place = serde_json::json!({"backend": "k3d", "engine": "server", "database": "mysql"});
        for (run, version, seed) in [
            ("smoke-1", "harness/v1", serde_json::json!(42)),
            ("smoke-2", "harness/v2", serde_json::json!("42")),
        ] {
            let run = states.join("k3d/reports").join(run);
            fs_err::create_dir_all(&run).expect("writable");
            let report = serde_json::json!({
                "apiVersion": version, "kind": "Report", "scenario": "smoke", "verdict": "pass",
                "seed": seed, "topology": digest, "place": place,
                "finished": "2026-02-03T04:05:06Z",
            });
            fs_err::write(run.join("report.json"), report.to_string()).expect("writable");
        }
        let Reports { evidence, damaged } = read(states).expect("readable");
        assert_eq!(damaged, []);
        let verdicts: Vec<_> = evidence.iter().map(|it| it.verdict).collect();
        assert_eq!(verdicts, [VerdictKind::Pass; 2]);
    }
}
