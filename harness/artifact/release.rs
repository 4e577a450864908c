//! What of a release is kept, and what its executables are called.

use camino::Utf8PathBuf;

/// The Temporal CLI's executable.
pub(super) const CLI: &str = "temporal";

/// The executables of Temporal's server.
pub(super) const SERVER: &str = "temporal-server";
pub(super) const SQL_TOOL: &str = "temporal-sql-tool";

/// What a folder keeps: the executables of one release for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    /// As people know it, such as `the Temporal CLI`.
    pub(super) what: &'static str,
    /// Its folder below a cache or state folder.
    pub(super) folder: Utf8PathBuf,
    /// The executables.
    pub(super) executables: Vec<Executable>,
    /// Bytes of disk that fetching takes.
    pub(super) room: u64,
}

/// One of its executables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Executable {
    /// Its name.
    pub(super) name: &'static str,
    /// Its SHA-256, where that is known beforehand; otherwise the one that it had when it was
    /// fetched counts.
    pub(super) sha256: Option<String>,
}
