//! Errors of loading a profile.

use camino::Utf8PathBuf;

use crate::document;

/// Loading a profile failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such profile in the folder, and none is built in.
    #[error("there is no profile `{name}`, neither in `{folder}` nor built in{suggestion}")]
    Find {
        name: String,
        folder: Utf8PathBuf,
        /// The end of the message: similar names, or all names.
        suggestion: String,
    },
    #[error("could not read profile `{path}`")]
    Read {
        path: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A file or a `--set` is invalid.
    #[error(transparent)]
    Document(#[from] document::Error),
}
