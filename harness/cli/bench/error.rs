//! A measurement that could not be taken.

use base::tool;
use camino::Utf8PathBuf;

/// A measurement that could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not start {program}")]
    Start {
        program: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`harness {verb}` failed: {said}")]
    Harness { verb: &'static str, said: String },
    #[error("the steps by hand failed")]
    ByHand(#[source] tool::Error),
    /// Nothing answered in time.
    #[error("{url} did not answer within {seconds}s")]
    Silent { url: String, seconds: u64 },
    #[error("could not remove the golden snapshot")]
    Snapshot(#[source] docker::Error),
    #[error("could not prepare {path}")]
    Folder {
        path: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
}
