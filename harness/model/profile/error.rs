//! What can be wrong with a profile.

use camino::Utf8PathBuf;

use crate::document;

/// A profile that could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no file for the profile that was asked for.
    #[error("there is no profile `{name}` in `{folder}`{instead}")]
    Find {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        folder: Utf8PathBuf,
        /// What may have been meant, as the end of the message.
        instead: String,
    },
    /// A file is there but cannot be read.
    #[error("failed to read profile `{path}`")]
    Read {
        /// The file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file or a `--set` does not say what it should.
    #[error(transparent)]
    Document(#[from] document::Error),
}
