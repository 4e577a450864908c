//! The report in the folder of its run: the only file of this room that touches the disk.

use std::io;

use archive::REPORT;
use base::file::write_atomically;
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
    let content = serde_json::to_vec_pretty(report).map_err(io::Error::from);
    let written = content.and_then(|mut content| {
        content.push(b'\n');
        write_atomically(&path, &content)
    });
    written.map(|()| path).map_err(|source| Error {
        folder: folder.to_owned(),
        source,
    })
}
