//! The folder of one run: the only file of this room that touches the disk.

use std::io::{self, BufWriter, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::Serialize;

use super::Report;
use crate::scenario::{Outcome, RunPlan};

const REPORT: &str = "report.json";
const PLAN: &str = "plan.json";
const OPERATIONS: &str = "operations.ndjson";
const EXECUTIONS: &str = "executions.ndjson";

/// The files beside the report.
pub(super) const EVIDENCE: [&str; 3] = [PLAN, OPERATIONS, EXECUTIONS];

/// A file of a run that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write {file}")]
pub struct Error {
    file: Utf8PathBuf,
    #[source]
    source: io::Error,
}

/// Writes everything about a run into `folder`, the report last: where there is a `report.json`,
/// the rest is there and whole. Returns the path of the report.
pub fn write(
    folder: &Utf8Path,
    plan: &RunPlan,
    outcome: &Outcome,
    report: &Report,
) -> Result<Utf8PathBuf, Error> {
    let to = |file: &str| folder.join(file);
    let failed = |file: &Utf8Path| {
        let file = file.to_owned();
        |source| Error { file, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let evidence = &outcome.evidence;
    document(&to(PLAN), plan).map_err(failed(&to(PLAN)))?;
    lines(&to(OPERATIONS), &evidence.operations).map_err(failed(&to(OPERATIONS)))?;
    lines(&to(EXECUTIONS), &evidence.readings).map_err(failed(&to(EXECUTIONS)))?;
    document(&to(REPORT), report).map_err(failed(&to(REPORT)))?;
    Ok(to(REPORT))
}

fn document<T: Serialize>(path: &Utf8Path, value: &T) -> io::Result<()> {
    atomically(path, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })
}

fn lines<T: Serialize>(path: &Utf8Path, values: impl IntoIterator<Item = T>) -> io::Result<()> {
    atomically(path, |file| {
        for value in values {
            serde_json::to_writer(&mut *file, &value)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    })
}

/// Writes beside the file and renames, so that a reader sees all of it or none.
fn atomically(
    path: &Utf8Path,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    let partial = path.with_added_extension("partial");
    let mut file = BufWriter::new(fs::File::create(&partial)?);
    write(&mut file)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    fs::rename(&partial, path)
}
