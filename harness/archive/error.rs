//! Errors of the folder of a run.

use std::io;

use camino::Utf8PathBuf;
use model::quantity::Bytes;

use super::VERSION;

/// Why the folder of a run could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not write {file} of {folder}")]
    Write {
        folder: Utf8PathBuf,
        file: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("{folder} has reached its limit of {limit}")]
    Full { folder: Utf8PathBuf, limit: Bytes },
    /// A required file is missing.
    #[error("{folder} is not the folder of a run: it has no {file}")]
    NoRun {
        folder: Utf8PathBuf,
        file: &'static str,
    },
    /// A later version of this program wrote the folder.
    #[error("{folder} has layout version {found}; this program reads versions 1 to {VERSION}")]
    Version { folder: Utf8PathBuf, found: u32 },
    #[error("could not read {path}")]
    Read {
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// A file has lost records, or has records of another run.
    #[error("{folder} is damaged: {file} has {found} records, but {expected} were written")]
    Incomplete {
        folder: Utf8PathBuf,
        file: &'static str,
        found: u64,
        expected: u64,
    },
    /// A complete line could not be parsed.
    #[error("{path}:{line}: could not parse the line")]
    Damaged {
        path: Utf8PathBuf,
        /// Counted from 1.
        line: u64,
        #[source]
        source: serde_json::Error,
    },
}
