//! Takes the state folder for one command.

use std::time::Duration;

use base::file::{create_private, present};
use camino::{Utf8Path, Utf8PathBuf};
use model::plan::ResourceId;

use super::{Directory, Error, Journal, Lock};

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

impl Directory {
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
        self.make_folders()?;
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
                    path: self.path().to_owned(),
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
        for folder in self.folders() {
            if set_aside(self.whole_folder(&folder), &mut garbage)?.is_none() {
                let removed = fs_err::remove_file(&folder);
                removed.map_err(self.failed("remove a file"))?;
            }
        }
        self.make_folders()?;
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

    fn folders(&self) -> [Utf8PathBuf; 5] {
        [
            self.run(),
            self.logs(),
            self.data(),
            self.reports(),
            self.home(),
        ]
    }

    /// Creates the folder if needed, and waits for its lock.
    async fn take(&self, verb: &str, patience: Duration) -> Result<Lock, Error> {
        create_private(self.path()).map_err(self.failed("create a folder"))?;
        let lock = Lock::acquire(&self.path().join("lock"), verb, patience).await;
        let lock = lock.map_err(self.failed("take the lock"))?;
        lock.map_err(|holder| Error::Busy {
            path: self.path().to_owned(),
            holder,
        })
    }

    /// Creates what the folder contains. Call it with the lock.
    fn make_folders(&self) -> Result<(), Error> {
        for folder in self.folders() {
            self.whole_folder(&folder)?;
            create_private(&folder).map_err(self.failed("create a folder"))?;
        }
        fs_err::write(self.no_profile(), "").map_err(self.failed("write a file"))
    }

    /// Refuses something else in place of a folder.
    pub(super) fn whole_folder(&self, folder: &Utf8Path) -> Result<(), Error> {
        let found = present(fs_err::metadata(folder));
        match found.map_err(self.failed("look for a folder"))? {
            Some(found) if !found.is_dir() => Err(Error::Garbage {
                path: folder.to_owned(),
                what: "it is not a folder".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// The resources in the journal, as far as they can be read without the lock.
    pub fn named(&self) -> Result<Vec<ResourceId>, Error> {
        Journal::named_in(&self.journal_path()).map_err(self.failed("read the journal"))
    }

    /// The resources in the journal that a killed command was about to remove, perhaps.
    pub fn being_removed(&self) -> Result<Vec<ResourceId>, Error> {
        Journal::being_removed_in(&self.journal_path()).map_err(self.failed("read the journal"))
    }

    /// Refuses a journal with lines that the harness did not write.
    pub(super) fn whole_journal(&self) -> Result<(), Error> {
        let path = self.journal_path();
        match Journal::broken_in(&path).map_err(self.failed("read the journal"))? {
            None => Ok(()),
            Some(what) => Err(Error::Garbage { path, what }),
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
