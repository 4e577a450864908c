//! A folder that keeps fetched executables between runs, and the lock on it.
//!
//! Layout: `temporal/1.9.1/linux-x86_64/` with the executables of the release, `verified.json`
//! (what each looked like when its SHA-256 was last found right), `lock`, and `partial-PID/` while
//! a run fetches.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use base::news::Listener;
use camino::{Utf8Path, Utf8PathBuf};
use model::topology::Digest;
use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::program::Stamp;
use super::release::{Executable, Release};

/// How often a lock that another run holds is tried again. The file system tells nobody when a
/// lock is let go, and a wait in the kernel could not be interrupted.
const RETRY: Duration = Duration::from_millis(100);

/// How long another run may take to fetch.
const PATIENCE: Duration = Duration::from_mins(15);

/// Where one release for one platform is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    path: Utf8PathBuf,
    release: Release,
}

/// What is in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The right executables.
    Right,
    /// Not all of them.
    Nothing,
    /// Something else.
    Corrupt,
}

/// What is remembered of an executable that was found right: as long as its stamp is the same, it
/// need not be read again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Verified {
    sha256: String,
    stamp: Stamp,
}

/// By the executables' names.
type Record = BTreeMap<String, Verified>;

impl Folder {
    /// The folder for a release below a cache or state folder.
    pub(super) fn of(root: &Utf8Path, release: &Release) -> Self {
        Self {
            path: root.join(&release.folder),
            release: release.clone(),
        }
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The place of an executable.
    pub(super) fn executable(&self, name: &str) -> Utf8PathBuf {
        self.path.join(name)
    }

    fn record(&self) -> Utf8PathBuf {
        self.path.join("verified.json")
    }

    /// What is in the folder. Reads an executable only if it changed since it was last found
    /// right.
    pub(super) async fn content(&self) -> Content {
        let record = fs_err::read(self.record()).unwrap_or_default();
        let known: Record = serde_json::from_slice(&record).unwrap_or_default();
        let mut right = Record::new();
        for Executable { name, sha256 } in &self.release.executables {
            let path = self.executable(name);
            let Some(stamp) = Stamp::of(&path) else {
                return Content::Nothing;
            };
            let known = known.get(*name);
            let Some(sha256) = sha256.as_ref().or(known.map(|known| &known.sha256)) else {
                return Content::Corrupt;
            };
            let expected = Verified {
                sha256: sha256.clone(),
                stamp,
            };
            if known != Some(&expected) && !sha256_of(path).await.is_ok_and(|it| it == *sha256) {
                return Content::Corrupt;
            }
            right.insert((*name).to_owned(), expected);
        }
        if known != right {
            // A folder that cannot be written is read in full each time; that is all.
            let _ = self.remember(&right);
        }
        Content::Right
    }

    fn remember(&self, record: &Record) -> io::Result<()> {
        let text = serde_json::to_vec(record).expect("a plain data type always becomes JSON");
        let fresh = self
            .path
            .join(format!("verified-{}.json", std::process::id()));
        fs_err::write(&fresh, text)?;
        fs_err::rename(&fresh, self.record())
    }

    /// Takes the folder for this run alone, waiting for another that fetches into it; removes what
    /// dead runs left.
    pub(super) async fn lock(
        &self,
        news: &Listener,
        cancel: &CancellationToken,
    ) -> Result<Locked, Error> {
        let path = self.path.join("lock");
        let file = std::fs::create_dir_all(&self.path)
            .and_then(|()| File::options().create(true).append(true).open(&path))
            .map_err(Error::file("open", &path))?;
        let waited = tokio::select! {
            waited = timeout(PATIENCE, self.wait_for(&file, news)) => waited,
            () = cancel.cancelled() => return Err(Error::Interrupted),
        };
        waited
            .map_err(|_| Error::Await {
                folder: self.path.clone(),
                seconds: PATIENCE.as_secs(),
            })?
            .map_err(Error::file("lock", &path))?;
        let locked = Locked {
            folder: self.clone(),
            _lock: file,
        };
        locked.remove_leftovers();
        Ok(locked)
    }

    async fn wait_for(&self, file: &File, news: &Listener) -> io::Result<()> {
        let mut retry = interval(RETRY);
        retry.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = false;
        loop {
            retry.tick().await;
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if told => {}
                Err(TryLockError::WouldBlock) => {
                    told = true;
                    let (what, folder) = (self.release.what, &self.path);
                    news.notice(format!(
                        "another run is fetching {what} into {folder}: waiting for it"
                    ));
                }
            }
        }
    }
}

/// A folder that this run alone may change.
#[derive(Debug)]
pub(super) struct Locked {
    folder: Folder,
    /// Closing it lets the lock go.
    _lock: File,
}

impl Locked {
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Partial downloads belong to whoever holds the lock: with it held here, all are leftovers.
    fn remove_leftovers(&self) {
        let entries = self.folder.path.read_dir_utf8();
        let entries = entries.into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().starts_with("partial-")) {
            // Whatever stays is in nobody's way.
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }

    /// A new folder to fetch into, removed when the value is dropped.
    pub(super) fn partial(&self) -> Result<Partial, Error> {
        self.check_room()?;
        let name = format!("partial-{}", std::process::id());
        let partial = Partial(self.folder.path.join(name));
        let made = std::fs::create_dir(&partial.0);
        made.map_err(Error::file("create", &partial.0))?;
        Ok(partial)
    }

    /// Better now than after the download.
    fn check_room(&self) -> Result<(), Error> {
        let Folder { path, release } = &self.folder;
        let Ok(disk) = nix::sys::statvfs::statvfs(path.as_std_path()) else {
            return Ok(());
        };
        // Wide enough for any platform's block counts.
        let free = u128::from(disk.blocks_available()) * u128::from(disk.fragment_size());
        if free < u128::from(release.room) {
            return Err(Error::no_room(path, release));
        }
        Ok(())
    }

    /// Puts fetched executables, which are in `from` by their names, in their places, if they are
    /// the right ones.
    pub(super) async fn install(&self, from: &Utf8Path) -> Result<(), Error> {
        let mut record = Record::new();
        for Executable { name, sha256 } in &self.folder.release.executables {
            let fetched = from.join(name);
            let found = sha256_of(fetched.clone()).await;
            let found = found.map_err(Error::file("read", &fetched))?;
            if let Some(wanted) = sha256.clone().filter(|wanted| *wanted != found) {
                return Err(Error::Verify { found, wanted });
            }
            let target = self.folder.executable(name);
            let paths = (fetched, target.clone());
            let placed = tokio::task::spawn_blocking(move || place(&paths.0, &paths.1)).await;
            let placed = placed.map_err(io::Error::other).flatten();
            placed.map_err(Error::file("write", &target))?;
            if let Some(stamp) = Stamp::of(&target) {
                let sha256 = found;
                record.insert((*name).to_owned(), Verified { sha256, stamp });
            }
        }
        let remembered = self.folder.remember(&record);
        remembered.map_err(Error::file("write", self.folder.record()))
    }
}

/// On disk before it has its name, and then all at once: no run ever sees half an executable.
fn place(fetched: &Utf8Path, target: &Utf8Path) -> io::Result<()> {
    fs_err::set_permissions(fetched, PermissionsExt::from_mode(0o755))?;
    File::open(fetched)?.sync_all()?;
    fs_err::rename(fetched, target)?;
    let folder = target.parent().unwrap_or(target);
    File::open(folder)?.sync_all()
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(super) async fn sha256_of(path: Utf8PathBuf) -> io::Result<String> {
    let hashed = tokio::task::spawn_blocking(move || Digest::of_stream(File::open(path)?));
    Ok(hashed.await.map_err(io::Error::other)??.to_string())
}

/// A folder that is gone when the value is.
#[derive(Debug)]
pub(super) struct Partial(Utf8PathBuf);

impl Partial {
    pub(super) fn path(&self) -> &Utf8Path {
        &self.0
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run that fetches.
        let _ = fs_err::remove_dir_all(&self.0);
    }
}
