//! The paths of the state folder.

use std::io;

use base::file::present;
use camino::{Utf8Path, Utf8PathBuf};
use serde::de::DeserializeOwned;

use super::Holder;
use super::header::VERSION;

/// The environment variable that marks a process, and all processes that it starts, as part of a
/// state folder.
pub const MARKER: &str = "HARNESS_REPLICA";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not {act} in {path}")]
    Access {
        act: &'static str,
        path: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    /// Another command holds the lock.
    #[error("{path} is in use by `{holder}`")]
    Busy { path: Utf8PathBuf, holder: Holder },
    /// Resources of another backend may exist.
    #[error("{path} has a topology of backend `{found}`, but the profile names backend `{wanted}`")]
    Backend {
        path: Utf8PathBuf,
        /// The backend that the topology was started on.
        found: String,
        /// The backend that the profile names.
        wanted: String,
    },
    /// A file in it was not written by the harness, or was damaged.
    #[error("{path} is not a file that the harness wrote: {what}")]
    Garbage {
        path: Utf8PathBuf,
        /// What is wrong with it.
        what: String,
    },
    #[error("{path} has state layout {found}, but this harness needs layout {VERSION}")]
    Layout { path: Utf8PathBuf, found: String },
}

/// The state folder of one profile.
#[derive(Debug, Clone)]
pub struct Directory {
    path: Utf8PathBuf,
}

impl Directory {
    /// Names the folder. Reads and creates nothing.
    pub fn new(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Launch records and pid files.
    pub fn run(&self) -> Utf8PathBuf {
        self.path.join("run")
    }

    /// One log file for each replica.
    pub fn logs(&self) -> Utf8PathBuf {
        self.path.join("logs")
    }

    /// The data that services keep between restarts.
    pub fn data(&self) -> Utf8PathBuf {
        self.path.join("data")
    }

    /// The home folder of the programs that the harness starts. It contains none of the user's own
    /// settings.
    pub fn home(&self) -> Utf8PathBuf {
        self.path.join("home")
    }

    /// An empty profile for Temporal's clients, so that they do not use the user's profile.
    pub fn no_profile(&self) -> Utf8PathBuf {
        self.home().join("no-profile.toml")
    }

    /// Passwords, certificates and their keys.
    pub fn secrets(&self) -> Utf8PathBuf {
        self.path.join("secrets")
    }

    /// One folder for each scenario run.
    pub fn reports(&self) -> Utf8PathBuf {
        self.path.join("reports")
    }

    /// The journal of faults that were injected and may not be undone.
    pub fn faults(&self) -> Utf8PathBuf {
        self.path.join("faults.ndjson")
    }

    /// The record of a load on an existing cluster that has not ended.
    pub fn load(&self) -> Utf8PathBuf {
        self.run().join("load.json")
    }

    pub(super) fn journal_path(&self) -> Utf8PathBuf {
        self.path.join("journal.ndjson")
    }

    /// The value of [`MARKER`] for a replica, or a helper, of this folder.
    pub fn marker(&self, replica: &str) -> String {
        format!("{}#{replica}", self.path)
    }

    /// The content of a JSON file of the folder. `None` if there is no file.
    pub(super) fn json<T: DeserializeOwned>(
        &self,
        path: &Utf8Path,
        act: &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(bytes) = present(fs_err::read(path)).map_err(self.failed(act))? else {
            return Ok(None);
        };
        let held = serde_json::from_slice(&bytes);
        held.map(Some).map_err(|error| Error::Garbage {
            path: path.to_owned(),
            what: error.to_string(),
        })
    }

    pub(super) fn header_path(&self) -> Utf8PathBuf {
        self.path.join("state.json")
    }

    pub(super) fn failed(&self, act: &'static str) -> impl Fn(io::Error) -> Error + use<'_> {
        move |source| Error::Access {
            act,
            path: self.path.clone(),
            source,
        }
    }
}
