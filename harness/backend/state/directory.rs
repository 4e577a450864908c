//! The layout of the state folder, and its version.

use std::collections::BTreeMap;
use std::fs::FileType;
use std::io;
use std::path::Path;
use std::time::Duration;

use base::file::{create_private, present, write_atomically};
use camino::{Utf8DirEntry, Utf8Path, Utf8PathBuf};
use model::plan::{Resource, ResourceId};
use model::topology::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Holder, Journal, Lock};

/// The layout version that this build reads and writes.
const VERSION: u32 = 2;

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

/// The content of `state.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    layout: u32,
    backend: String,
}

/// A locked folder whose files may be damaged.
#[derive(Debug)]
pub struct Unchecked {
    /// Held for as long as the folder is used.
    pub lock: Lock,
    /// The backend in `state.json`, if that can be read.
    pub backend: Option<String>,
    /// Files in it that the harness did not write as they are.
    pub garbage: Vec<Error>,
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

    fn journal_path(&self) -> Utf8PathBuf {
        self.path.join("journal.ndjson")
    }

    /// The value of [`MARKER`] for a replica, or a helper, of this folder.
    pub fn marker(&self, replica: &str) -> String {
        format!("{}#{replica}", self.path)
    }

    /// Whether anything was ever created here. A folder that cannot be read is an error, since it
    /// may contain anything.
    pub fn exists(&self) -> Result<bool, Error> {
        for path in [self.header_path(), self.run()] {
            let there = path.as_std_path().try_exists();
            if there.map_err(self.failed("look for earlier state"))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The backend of the resources that may exist, as far as it can be read without the lock.
    pub fn standing(&self) -> Result<Option<String>, Error> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        let named = self.named()?;
        Ok((!named.is_empty()).then_some(header.backend))
    }

    /// The resources in the journal, as far as they can be read without the lock.
    pub fn named(&self) -> Result<Vec<ResourceId>, Error> {
        Journal::named_in(&self.journal_path()).map_err(self.failed("read the journal"))
    }

    /// The resources in the journal that a killed command was about to remove, perhaps.
    pub fn being_removed(&self) -> Result<Vec<ResourceId>, Error> {
        Journal::being_removed_in(&self.journal_path()).map_err(self.failed("read the journal"))
    }

    /// Checks, without the lock, whether all files that later commands need can be read.
    pub fn inspect(&self) -> Result<(), Error> {
        self.header()?;
        self.whole_journal()?;
        for folder in [self.run(), self.logs()] {
            for entry in entries(&folder).map_err(self.failed("list a folder"))? {
                if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                    let opened = fs_err::File::open(entry.path());
                    present(opened).map_err(self.failed("read a record"))?;
                }
            }
        }
        Ok(())
    }

    /// Refuses a journal with lines that the harness did not write.
    fn whole_journal(&self) -> Result<(), Error> {
        let path = self.journal_path();
        match Journal::broken_in(&path).map_err(self.failed("read the journal"))? {
            None => Ok(()),
            Some(what) => Err(Error::Garbage { path, what }),
        }
    }

    /// The launch records that are not JSON. Their processes are found by the marker instead.
    pub fn broken_records(&self) -> io::Result<Vec<Utf8PathBuf>> {
        let mut broken = Vec::new();
        for entry in entries(&self.run())? {
            let path = entry.into_path();
            if !matches!(path.extension(), Some("json" | "pid")) {
                continue;
            }
            let bytes = present(fs_err::read(&path))?;
            let read = bytes.map(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes));
            if let Some(Err(_)) = read {
                broken.push(path);
            }
        }
        broken.sort();
        Ok(broken)
    }

    /// Removes the records of what was started. Call it when nothing of that is left.
    pub fn forget_records(&self) -> io::Result<()> {
        for entry in entries(&self.run())? {
            present(remove(entry.path(), entry.file_type()?))?;
        }
        Ok(())
    }

    /// Records what a command is about to bring up. If the command is killed, later commands know
    /// what is missing and what was about to be replaced.
    pub fn remember_wanted(&self, wanted: &[Resource]) -> Result<(), Error> {
        let wanted: BTreeMap<&ResourceId, &Digest> = wanted
            .iter()
            .map(|resource| (&resource.id, &resource.digest))
            .collect();
        let text = serde_json::to_vec_pretty(&wanted).expect("ids and digests serialise to JSON");
        write_atomically(&self.wanted_path(), &text).map_err(self.failed("write run/wanted.json"))
    }

    /// What the last command was about to bring up, each with the digest of its configuration.
    pub fn wanted(&self) -> Result<BTreeMap<ResourceId, Digest>, Error> {
        let wanted = self.json(&self.wanted_path(), "read run/wanted.json")?;
        Ok(wanted.unwrap_or_default())
    }

    /// The content of a JSON file of the folder. `None` if there is no file.
    fn json<T: DeserializeOwned>(
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

    fn wanted_path(&self) -> Utf8PathBuf {
        self.run().join("wanted.json")
    }

    /// Refuses a backend while resources of another one may exist.
    pub fn allows(&self, backend: &str) -> Result<(), Error> {
        match self.standing()? {
            Some(found) if found != backend => Err(Error::Backend {
                path: self.path.clone(),
                found,
                wanted: backend.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Takes the folder for a command that changes the topology. Creates it if needed, waits up to
    /// `patience` for the command that holds the lock, and checks the layout version.
    ///
    /// `backend` is the one that the profile names now. If resources of another backend may exist,
    /// they must be removed first.
    pub async fn open(
        &self,
        verb: &str,
        backend: &str,
        patience: Duration,
    ) -> Result<(Lock, Journal), Error> {
        let lock = self.take(verb, patience).await?;
        let header = self.header()?;
        self.whole_journal()?;
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

    /// Takes the folder for a command that removes everything, even if the files are damaged.
    pub async fn open_unchecked(&self, verb: &str, patience: Duration) -> Result<Unchecked, Error> {
        let lock = self.take(verb, patience).await?;
        let mut garbage = Vec::new();
        let header = set_aside(self.header(), &mut garbage)?.flatten();
        set_aside(self.whole_journal(), &mut garbage)?;
        Ok(Unchecked {
            lock,
            backend: header.map(|header| header.backend),
            garbage,
        })
    }

    /// Continues with a folder of [`Self::open_unchecked`]: corrects `state.json` and opens the
    /// journal.
    pub fn adopt(&self, backend: &str, found: Option<&str>) -> Result<Journal, Error> {
        if found != Some(backend) {
            self.write_header(backend)?;
        }
        let journal = Journal::open(&self.journal_path());
        journal.map_err(self.failed("open the journal"))
    }

    /// Creates the folder if needed, and waits for its lock.
    async fn take(&self, verb: &str, patience: Duration) -> Result<Lock, Error> {
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
        let lock = Lock::acquire(&self.path.join("lock"), verb, patience).await;
        let lock = lock.map_err(self.failed("take the lock"))?;
        let lock = lock.map_err(|holder| Error::Busy {
            path: self.path.clone(),
            holder,
        })?;
        fs_err::write(self.no_profile(), "").map_err(self.failed("write a file"))?;
        Ok(lock)
    }

    /// Removes everything except the lock, which the caller holds. Returns which of data, logs and
    /// reports were removed.
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
            remove(entry.path(), entry.file_type()?)?;
        }
        Ok(lost)
    }

    /// The content of `state.json`, if it exists and has this layout.
    fn header(&self) -> Result<Option<Header>, Error> {
        let path = self.header_path();
        let written: Option<serde_json::Value> = self.json(&path, "read state.json")?;
        let Some(written) = written else {
            return Ok(None);
        };
        let garbage = |what: String| Error::Garbage {
            path: path.clone(),
            what,
        };
        match written["layout"].as_u64() {
            Some(layout) if layout == u64::from(VERSION) => {}
            Some(layout) => {
                return Err(Error::Layout {
                    path: self.path.clone(),
                    found: layout.to_string(),
                });
            }
            None => return Err(garbage("it has no layout version".to_owned())),
        }
        let header = serde_json::from_value(written);
        header.map(Some).map_err(|error| garbage(error.to_string()))
    }

    fn write_header(&self, backend: &str) -> Result<(), Error> {
        let header = Header {
            layout: VERSION,
            backend: backend.to_owned(),
        };
        let text = serde_json::to_vec(&header).expect("a plain struct serialises to JSON");
        write_atomically(&self.header_path(), &text).map_err(self.failed("write state.json"))
    }

    fn header_path(&self) -> Utf8PathBuf {
        self.path.join("state.json")
    }

    fn failed(&self, act: &'static str) -> impl Fn(io::Error) -> Error + use<'_> {
        move |source| Error::Access {
            act,
            path: self.path.clone(),
            source,
        }
    }
}

/// The value that was read. If it is not what the harness writes, the error goes to `garbage`.
fn set_aside<T>(read: Result<T, Error>, garbage: &mut Vec<Error>) -> Result<Option<T>, Error> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(broken @ Error::Garbage { .. }) => {
            garbage.push(broken);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The entries of a folder. Empty if there is no folder.
fn entries(folder: &Utf8Path) -> io::Result<Vec<Utf8DirEntry>> {
    let Some(entries) = present(folder.read_dir_utf8())? else {
        return Ok(Vec::new());
    };
    entries.collect()
}

fn remove(path: impl AsRef<Path>, kind: FileType) -> io::Result<()> {
    let path = path.as_ref();
    if kind.is_dir() {
        fs_err::remove_dir_all(path)
    } else {
        fs_err::remove_file(path)
    }
}

fn holds_anything(folder: &Utf8Path) -> io::Result<bool> {
    let entries = present(fs_err::read_dir(folder))?;
    Ok(entries.is_some_and(|mut entries| entries.next().is_some()))
}
