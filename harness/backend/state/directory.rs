//! The layout of the folder, and its version.

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

/// The layout that this build reads and writes.
const VERSION: u32 = 2;

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
        holder: Holder,
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
    /// A file in it is not what the harness writes there.
    #[error("{path} is not what the harness writes there: {what}")]
    Garbage {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        what: String,
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

/// A folder that is owned, with files that need not be what they should.
#[derive(Debug)]
pub struct AsItIs {
    /// Held for as long as the folder is.
    pub lock: Lock,
    /// The backend that it says it is of.
    pub backend: Option<String>,
    /// Its files that are not what the harness writes there.
    pub garbage: Vec<Error>,
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

    /// Whether anything was ever made here. A folder that nobody may look into is an error: there
    /// may be anything in it.
    pub fn exists(&self) -> Result<bool, Error> {
        for path in [self.header_path(), self.run()] {
            let there = path.as_std_path().try_exists();
            if there.map_err(self.failed("look for what was made"))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The backend that something of this folder may be up on, as far as can be seen without
    /// owning the folder.
    pub fn standing(&self) -> Result<Option<String>, Error> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        let named = self.named()?;
        Ok((!named.is_empty()).then_some(header.backend))
    }

    /// The resources that the journal names, as far as can be seen without owning the folder.
    pub fn named(&self) -> Result<Vec<ResourceId>, Error> {
        Journal::named_in(&self.journal_path()).map_err(self.failed("read the journal"))
    }

    /// Those of them that a command was perhaps about to end when it was killed.
    pub fn doomed(&self) -> Result<Vec<ResourceId>, Error> {
        Journal::doomed_in(&self.journal_path()).map_err(self.failed("read the journal"))
    }

    /// Looks whether all that later commands go by can be read, without owning the folder.
    pub fn inspect(&self) -> Result<(), Error> {
        self.header()?;
        self.whole_journal()?;
        for folder in [self.run(), self.logs()] {
            for entry in entries(&folder).map_err(self.failed("look into a folder"))? {
                if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                    let opened = fs_err::File::open(entry.path());
                    present(opened).map_err(self.failed("read a record"))?;
                }
            }
        }
        Ok(())
    }

    /// Refuses a journal with lines that no command wrote.
    fn whole_journal(&self) -> Result<(), Error> {
        let path = self.journal_path();
        match Journal::broken_in(&path).map_err(self.failed("read the journal"))? {
            None => Ok(()),
            Some(what) => Err(Error::Garbage { path, what }),
        }
    }

    /// The records of what was started that are no JSON: whoever reads one goes by marks instead.
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

    /// Forgets what was started: for when nothing of it is left.
    pub fn forget_records(&self) -> io::Result<()> {
        for entry in entries(&self.run())? {
            present(remove(entry.path(), entry.file_type()?))?;
        }
        Ok(())
    }

    /// Remembers what a command is about to bring up: should it be killed, that tells what is not
    /// there yet, and what is there and was to be replaced.
    pub fn remember_wanted(&self, wanted: &[Resource]) -> Result<(), Error> {
        let wanted: BTreeMap<&ResourceId, &Digest> = wanted
            .iter()
            .map(|resource| (&resource.id, &resource.digest))
            .collect();
        let text = serde_json::to_vec_pretty(&wanted).expect("names and digests become JSON");
        write_atomically(&self.wanted_path(), &text).map_err(self.failed("write run/wanted.json"))
    }

    /// What the last command that brought anything up was to bring up, each with the digest of its
    /// configuration.
    pub fn wanted(&self) -> Result<BTreeMap<ResourceId, Digest>, Error> {
        let wanted = self.json(&self.wanted_path(), "read run/wanted.json")?;
        Ok(wanted.unwrap_or_default())
    }

    /// What a JSON file of the folder holds; `None` where there is none.
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

    /// Refuses a backend while something of another one may be there.
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

    /// Takes the folder for a command that ends whatever is there, be its files what they may.
    pub async fn open_as_it_is(&self, verb: &str, patience: Duration) -> Result<AsItIs, Error> {
        let lock = self.take(verb, patience).await?;
        let mut garbage = Vec::new();
        let header = set_aside(self.header(), &mut garbage)?.flatten();
        set_aside(self.whole_journal(), &mut garbage)?;
        Ok(AsItIs {
            lock,
            backend: header.map(|header| header.backend),
            garbage,
        })
    }

    /// Goes on with a folder that was opened as it is: what it says of itself is made true, and its
    /// journal is opened.
    pub fn settle_on(&self, backend: &str, found: Option<&str>) -> Result<Journal, Error> {
        if found != Some(backend) {
            self.write_header(backend)?;
        }
        let journal = Journal::open(&self.journal_path());
        journal.map_err(self.failed("open the journal"))
    }

    /// Makes the folder if need be, and waits for its lock.
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
            remove(entry.path(), entry.file_type()?)?;
        }
        Ok(lost)
    }

    /// What the folder says of itself, if it does and is of this layout.
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
            None => return Err(garbage("it names no layout".to_owned())),
        }
        let header = serde_json::from_value(written);
        header.map(Some).map_err(|error| garbage(error.to_string()))
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

    fn failed(&self, act: &'static str) -> impl Fn(io::Error) -> Error + use<'_> {
        move |source| Error::Access {
            act,
            path: self.path.clone(),
            source,
        }
    }
}

/// What was read, if that is what the harness writes; else why it is not goes to `garbage`.
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

/// What is in a folder; nothing where there is none.
fn entries(folder: &Utf8Path) -> io::Result<Vec<Utf8DirEntry>> {
    let Some(entries) = present(folder.read_dir_utf8())? else {
        return Ok(Vec::new());
    };
    entries.collect()
}

/// Removes what is in a folder, be it a folder itself.
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
