//! The layout of the folder, and its version.

use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{Journal, Lock, write_atomically};

/// The layout that this build reads and writes.
const VERSION: u32 = 1;

/// The variable by which a process, and all that it starts, can be told to belong to a folder.
pub const MARKER: &str = "HARNESS_REPLICA";

/// A state folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder in it could not be read or written.
    #[error("could not {act} in {path}")]
    Access {
        /// What was tried.
        act: &'static str,
        /// Where.
        path: Utf8PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// Another command owns it.
    #[error("{path} is in use by `{holder}`")]
    Busy {
        /// The folder.
        path: Utf8PathBuf,
        /// The command that owns it.
        holder: String,
    },
    /// Something of another backend may be there.
    #[error("{path} has a topology of backend `{found}`, and the profile names `{wanted}` now")]
    Backend {
        /// The folder.
        path: Utf8PathBuf,
        /// The backend that it was brought up on.
        found: String,
        /// The backend that the profile names.
        wanted: String,
    },
    /// Another version of the harness wrote it.
    #[error("{path} has state layout {found}, and this harness knows layout {VERSION}")]
    Layout {
        /// The folder.
        path: Utf8PathBuf,
        /// What was found.
        found: String,
    },
}

/// What `state.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    layout: u32,
    backend: String,
}

/// The state folder of one profile.
#[derive(Debug, Clone)]
pub struct Directory {
    path: Utf8PathBuf,
}

impl Directory {
    /// Names the folder; nothing is read or made.
    pub fn new(path: impl Into<Utf8PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder itself.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Launch records and pid files.
    pub fn run(&self) -> Utf8PathBuf {
        self.path.join("run")
    }

    /// One log file a replica.
    pub fn logs(&self) -> Utf8PathBuf {
        self.path.join("logs")
    }

    /// What services keep between restarts.
    pub fn data(&self) -> Utf8PathBuf {
        self.path.join("data")
    }

    /// What programs of ours take for the user's home: nothing that the user has set for himself
    /// is in it.
    pub fn home(&self) -> Utf8PathBuf {
        self.path.join("home")
    }

    /// A file without a profile of Temporal's clients, for those that would look for the user's.
    pub fn no_profile(&self) -> Utf8PathBuf {
        self.home().join("no-profile.toml")
    }

    /// Passwords, certificates and their keys.
    pub fn secrets(&self) -> Utf8PathBuf {
        self.path.join("secrets")
    }

    /// One folder a scenario run.
    pub fn reports(&self) -> Utf8PathBuf {
        self.path.join("reports")
    }

    /// The journal of faults that were injected and perhaps not undone.
    pub fn faults(&self) -> Utf8PathBuf {
        self.path.join("faults.ndjson")
    }

    fn journal_path(&self) -> Utf8PathBuf {
        self.path.join("journal.ndjson")
    }

    /// The value of [`MARKER`] for a replica, or a helper, of this folder.
    pub fn marker(&self, replica: &str) -> String {
        format!("{}#{replica}", self.path)
    }

    /// Whether anything was ever made here.
    pub fn exists(&self) -> bool {
        self.header_path().exists()
    }

    /// The backend that something of this folder may be up on, as far as can be seen without
    /// owning the folder.
    pub fn standing(&self) -> Option<String> {
        let header = self.header().ok()??;
        let named = Journal::named_in(&self.journal_path()).ok()?;
        (!named.is_empty()).then_some(header.backend)
    }

    /// Refuses a backend while something of another one may be there.
    pub fn allows(&self, backend: &str) -> Result<(), Error> {
        match self.standing() {
            Some(found) if found != backend => Err(Error::Backend {
                path: self.path.clone(),
                found,
                wanted: backend.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Takes the folder for a command that changes the topology: makes it if need be, waits up to
    /// `patience` for the command that has it, checks its version.
    ///
    /// `backend` is what the profile names today: where something of another backend may still be
    /// there, it must go first.
    pub async fn open(
        &self,
        verb: &str,
        backend: &str,
        patience: Duration,
    ) -> Result<(Lock, Journal), Error> {
        let folders = [
            self.run(),
            self.logs(),
            self.data(),
            self.reports(),
            self.home(),
        ];
        for folder in folders {
            create_private(&folder).map_err(self.failed("create a folder"))?;
        }
        let lock = Lock::acquire(&self.path.join("lock"), verb, patience)
            .await
            .map_err(self.failed("take the lock"))?
            .map_err(|holder| Error::Busy {
                path: self.path.clone(),
                holder,
            })?;
        fs_err::write(self.no_profile(), "").map_err(self.failed("write a file"))?;
        let header = self.header()?;
        let journal =
            Journal::open(&self.journal_path()).map_err(self.failed("open the journal"))?;
        if header
            .as_ref()
            .is_none_or(|header| header.backend != backend)
        {
            let named = journal.named().map_err(self.failed("read the journal"))?;
            if let Some(header) = header.filter(|_| !named.is_empty()) {
                return Err(Error::Backend {
                    path: self.path.clone(),
                    found: header.backend,
                    wanted: backend.to_owned(),
                });
            }
            self.write_header(backend)?;
        }
        Ok((lock, journal))
    }

    /// Removes everything but the lock, which the caller holds. Answers with what a user has lost by
    /// it: of data, logs and reports those of which there were any.
    pub fn purge(&self) -> io::Result<Vec<&'static str>> {
        let kinds = [
            ("data", self.data()),
            ("logs", self.logs()),
            ("reports", self.reports()),
        ];
        let mut lost = Vec::new();
        for (kind, folder) in kinds {
            if holds_anything(&folder)? {
                lost.push(kind);
            }
        }
        for entry in fs_err::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name() == "lock" {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs_err::remove_dir_all(entry.path())?;
            } else {
                fs_err::remove_file(entry.path())?;
            }
        }
        Ok(lost)
    }

    /// What the folder says of itself, if it does and is of this layout.
    fn header(&self) -> Result<Option<Header>, Error> {
        let text = match fs_err::read_to_string(self.header_path()) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("read state.json")(error)),
        };
        let written: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        match written["layout"].as_u64() {
            Some(layout) if layout == u64::from(VERSION) => {}
            Some(layout) => return Err(self.other_layout(layout.to_string())),
            None => return Err(self.other_layout("unknown".to_owned())),
        }
        let header = serde_json::from_value(written);
        header
            .map(Some)
            .map_err(|_| self.other_layout("unknown".to_owned()))
    }

    fn write_header(&self, backend: &str) -> Result<(), Error> {
        let header = Header {
            layout: VERSION,
            backend: backend.to_owned(),
        };
        let text = serde_json::to_vec(&header).expect("a plain struct becomes JSON");
        write_atomically(&self.header_path(), &text).map_err(self.failed("write state.json"))
    }

    fn header_path(&self) -> Utf8PathBuf {
        self.path.join("state.json")
    }

    fn other_layout(&self, found: String) -> Error {
        Error::Layout {
            path: self.path.clone(),
            found,
        }
    }

    fn failed(&self, act: &'static str) -> impl Fn(io::Error) -> Error + use<'_> {
        move |source| Error::Access {
            act,
            path: self.path.clone(),
            source,
        }
    }
}

fn holds_anything(folder: &Utf8Path) -> io::Result<bool> {
    match fs_err::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a folder that is nobody else's to look into, as logs and reports may quote inputs.
pub(crate) fn create_private(folder: &Utf8Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}
