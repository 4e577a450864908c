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
    #[error("could not read the output of `{verb}`")]
    Read {
        verb: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("could not wait for the end of {program}")]
    Wait {
        program: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("could not stop {program}")]
    Stop {
        program: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{verb}` did not end within {minutes} minutes")]
    Late { verb: &'static str, minutes: u64 },
    #[error("`{verb}` failed: {said}")]
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
