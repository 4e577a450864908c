//! Which executables of a release are kept, and their names.

use camino::Utf8PathBuf;

pub(super) const CLI: &str = "temporal";

pub(super) const SERVER: &str = "temporal-server";
pub(super) const SQL_TOOL: &str = "temporal-sql-tool";

/// The executables of one release for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    /// The name in messages, such as `the Temporal CLI`.
    pub(super) what: &'static str,
    /// The relative path below a cache or state folder.
    pub(super) folder: Utf8PathBuf,
    pub(super) executables: Vec<Executable>,
    /// Bytes of disk space that fetching needs.
    pub(super) room: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Executable {
    pub(super) name: &'static str,
    /// The pinned SHA-256. Without it, the digest at the time of the fetch counts.
    pub(super) sha256: Option<String>,
}
