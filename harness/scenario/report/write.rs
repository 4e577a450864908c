//! Writes the report into the folder of its run.

use std::io;

use archive::REPORT;
use base::file::write_json;
use camino::{Utf8Path, Utf8PathBuf};

use super::Report;

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write {REPORT} of {folder}")]
pub struct Error {
    folder: Utf8PathBuf,
    #[source]
    source: io::Error,
}

/// Writes a report into the folder of its run and returns its path. It is the last file to be written:
/// if it exists, the others are complete.
pub fn write(folder: &Utf8Path, report: &Report) -> Result<Utf8PathBuf, Error> {
    let path = folder.join(REPORT);
    write_json(&path, report).map_err(|source| Error {
        folder: folder.to_owned(),
        source,
    })?;
    Ok(path)
}
