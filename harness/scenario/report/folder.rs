//! The folder of one run: the only file of this room that touches the disk.

use std::io::{self, BufWriter, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::Serialize;

use super::Report;
use super::files::{EXECUTIONS, OPERATIONS, PLAN};
use crate::{Outcome, RunPlan};

const REPORT: &str = "report.json";

/// Files of a run that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write {} of {folder}", .missing.join(", "))]
pub struct Error {
    folder: Utf8PathBuf,
    /// The files that are not there.
    missing: Vec<&'static str>,
    /// Why the first of them is not.
    #[source]
    source: io::Error,
}

/// Makes the folder of a run that begins, and writes down what was decided before: of a run that is
/// killed, that is what is left.
pub fn begin(folder: &Utf8Path, plan: &RunPlan) -> Result<(), Error> {
    let made = fs::create_dir_all(folder).and_then(|()| document(&folder.join(PLAN), plan));
    made.map_err(|source| Error {
        folder: folder.to_owned(),
        missing: vec![PLAN],
        source,
    })
}

/// Writes what came of a run into its folder, the report last: where there is a `report.json`, the
/// rest is there and whole. Returns the path of the report.
pub fn write(folder: &Utf8Path, outcome: &Outcome, report: &Report) -> Result<Utf8PathBuf, Error> {
    let evidence = &outcome.evidence;
    let written = [
        (
            OPERATIONS,
            lines(&folder.join(OPERATIONS), &evidence.operations),
        ),
        (
            EXECUTIONS,
            lines(&folder.join(EXECUTIONS), &evidence.readings),
        ),
    ];
    let mut missing = Vec::new();
    let mut first = None;
    for (file, written) in written {
        if let Err(source) = written {
            missing.push(file);
            first.get_or_insert(source);
        }
    }
    let path = folder.join(REPORT);
    let whole = match first {
        None => document(&path, report),
        Some(source) => Err(source),
    };
    match whole {
        Ok(()) => Ok(path),
        Err(source) => {
            missing.push(REPORT);
            Err(Error {
                folder: folder.to_owned(),
                missing,
                source,
            })
        }
    }
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
    let written = into_file(&partial, write).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // On a disk that is full, half a file is in the way of others.
        let _ = fs::remove_file(&partial);
    }
    written
}

fn into_file(
    path: &Utf8Path,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    write(&mut file)?;
    file.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()
}
