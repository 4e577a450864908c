//! What can be wrong with the folder of a run.

use std::io;

use camino::Utf8PathBuf;
use model::quantity::Bytes;

use super::VERSION;

/// What can be wrong with the folder of a run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be written.
    #[error("could not write {file} of {folder}")]
    Write {
        /// The folder of the run.
        folder: Utf8PathBuf,
        /// The file in it.
        file: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The folder has grown to what it may have.
    #[error("{folder} has reached its limit of {limit}")]
    Full {
        /// The folder of the run.
        folder: Utf8PathBuf,
        /// How large it may be.
        limit: Bytes,
    },
    /// The folder is not one of a run.
    #[error("{folder} is not the folder of a run: it has no {file}")]
    NoRun {
        /// The folder.
        folder: Utf8PathBuf,
        /// The file that it would have.
        file: &'static str,
    },
    /// The folder was written by a later version of this program.
    #[error(
        "{folder} has version {found} of the layout, and this program reads versions 1 to {VERSION}"
    )]
    Version {
        /// The folder.
        folder: Utf8PathBuf,
        /// Its version.
        found: u32,
    },
    /// A file could not be read.
    #[error("could not read {path}")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file has lost records, or has some that are not of this run.
    #[error("{folder} is damaged: {file} has {found} records, and {expected} were written")]
    Incomplete {
        /// The folder of the run.
        folder: Utf8PathBuf,
        /// The file.
        file: &'static str,
        /// How many records it has.
        found: u64,
        /// How many were written.
        expected: u64,
    },
    /// A whole line of a file is not what it should be.
    #[error("{path}:{line}: the line is damaged")]
    Damaged {
        /// The file.
        path: Utf8PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}
