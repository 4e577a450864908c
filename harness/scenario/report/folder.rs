//! The report in the folder of its run: the only file of this room that touches the disk.

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

/// Writes a report into the folder of its run, and says where it is. It comes last: where it is, the
/// rest is there and whole.
pub fn write(folder: &Utf8Path, report: &Report) -> Result<Utf8PathBuf, Error> {
    let path = folder.join(REPORT);
    write_json(&path, report).map_err(|source| Error {
        folder: folder.to_owned(),
        source,
    })?;
    Ok(path)
}
