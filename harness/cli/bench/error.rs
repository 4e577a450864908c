//! A measurement that could not be taken.

use base::tool;
use camino::Utf8PathBuf;

/// A measurement that could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error("could not start {program}")]
    Start {
        /// The program.
        program: Utf8PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The harness itself failed.
    #[error("`harness {verb}` failed: {said}")]
    Harness {
        /// The verb.
        verb: &'static str,
        /// What it said.
        said: String,
    },
    /// The steps by hand failed.
    #[error("the steps by hand failed")]
    ByHand(#[source] tool::Error),
    /// Nothing answered in time.
    #[error("{url} did not answer within {seconds}s")]
    Silent {
        /// What was asked.
        url: String,
        /// How long.
        seconds: u64,
    },
    /// A golden snapshot could not be removed.
    #[error("could not remove the golden snapshot")]
    Snapshot(#[source] docker::Error),
    /// A folder or file could not be removed or made.
    #[error("could not prepare {path}")]
    Folder {
        /// The folder.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
