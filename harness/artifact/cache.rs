//! A folder that keeps fetched executables between runs, and the lock on it.
//!
//! Layout: `temporal/1.9.1/linux-x86_64/` holds the executables of the release, `verified.json`
//! (the file stamp of each executable when its SHA-256 was last verified), `lock`, and
//! `partial-PID/` during a fetch.
#![expect(clippy::disallowed_methods, reason = "`Error::file` names the file")]

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

/// How often to retry a lock that another run holds. The file system does not notify when a lock is
/// released, and a blocking wait in the kernel cannot be cancelled.
const RETRY: Duration = Duration::from_millis(100);

/// How long another run may take to fetch.
const LOCK_DEADLINE: Duration = Duration::from_mins(15);

/// The folder of one release for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    path: Utf8PathBuf,
    release: Release,
}

/// The state of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// All executables are there and verified.
    Right,
    /// At least one executable is missing.
    Incomplete,
    /// An executable is not the expected one.
    Corrupt,
}

/// A verified executable. It is read again only when its stamp changes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Verified {
    sha256: String,
    stamp: Stamp,
}

/// By the names of the executables.
type VerifiedDigests = BTreeMap<String, Verified>;

impl Folder {
    /// The folder for a release below a cache or state folder.
    pub(super) fn of(root: &Utf8Path, release: &Release) -> Self {
        Self {
            path: root.join(&release.folder),
            release: release.clone(),
        }
    }

    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    pub(super) fn executable(&self, name: &str) -> Utf8PathBuf {
        self.path.join(name)
    }

    fn verified_file(&self) -> Utf8PathBuf {
        self.path.join("verified.json")
    }

    /// Verifies the executables. Reads one only if it changed since it was last verified.
    pub(super) async fn content(&self) -> Content {
        let record = fs_err::read(self.verified_file()).unwrap_or_default();
        let known: VerifiedDigests = serde_json::from_slice(&record).unwrap_or_default();
        let mut right = VerifiedDigests::new();
        for Executable { name, sha256 } in &self.release.executables {
            let path = self.executable(name);
            let Some(stamp) = Stamp::of(&path) else {
                return Content::Incomplete;
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
            // If the folder is not writable, the executables are read in full each time.
            let _ = self.remember(&right);
        }
        Content::Right
    }

    fn remember(&self, verified: &VerifiedDigests) -> io::Result<()> {
        let text = serde_json::to_vec(verified).expect("a plain data type always converts to JSON");
        let fresh = self
            .path
            .join(format!("verified-{}.json", std::process::id()));
        fs_err::write(&fresh, text)?;
        fs_err::rename(&fresh, self.verified_file())
    }

    /// Locks the folder for this run and removes what dead runs left. Waits for another run that is
    /// fetching.
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
            waited = timeout(LOCK_DEADLINE, self.wait_for(&file, news)) => waited,
            () = cancel.cancelled() => return Err(Error::Interrupted),
        };
        waited
            .map_err(|_| Error::LockTimeout {
                folder: self.path.clone(),
                seconds: LOCK_DEADLINE.as_secs(),
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
        let mut notified = false;
        loop {
            retry.tick().await;
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if notified => {}
                Err(TryLockError::WouldBlock) => {
                    notified = true;
                    let (what, folder) = (self.release.what, &self.path);
                    news.notice(format!(
                        "waiting for another run that is fetching {what} into {folder}"
                    ));
                }
            }
        }
    }
}

/// A folder that only this run may change.
#[derive(Debug)]
pub(super) struct Locked {
    folder: Folder,
    /// Closing the file releases the lock.
    _lock: File,
}

impl Locked {
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Partial downloads belong to the holder of the lock, so all of them are leftovers now.
    fn remove_leftovers(&self) {
        let entries = self.folder.path.read_dir_utf8();
        let entries = entries.into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().starts_with("partial-")) {
            // A leftover that cannot be removed does no harm.
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }

    /// A new folder to fetch into. It is removed on drop.
    pub(super) fn partial(&self) -> Result<Partial, Error> {
        self.check_room()?;
        let name = format!("partial-{}", std::process::id());
        let partial = Partial(self.folder.path.join(name));
        let made = std::fs::create_dir(&partial.0);
        made.map_err(Error::file("create", &partial.0))?;
        Ok(partial)
    }

    /// Fails before the download instead of after it.
    fn check_room(&self) -> Result<(), Error> {
        let Folder { path, release } = &self.folder;
        let Ok(disk) = nix::sys::statvfs::statvfs(path.as_std_path()) else {
            return Ok(());
        };
        // `u128` is wide enough for the block counts of every platform.
        let free = u128::from(disk.blocks_available()) * u128::from(disk.fragment_size());
        if free < u128::from(release.room) {
            return Err(Error::no_room(path, release));
        }
        Ok(())
    }

    /// Verifies the executables in `from` and moves them into the folder.
    pub(super) async fn install(&self, from: &Utf8Path) -> Result<(), Error> {
        let mut verified = VerifiedDigests::new();
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
                verified.insert((*name).to_owned(), Verified { sha256, stamp });
            }
        }
        let remembered = self.folder.remember(&verified);
        remembered.map_err(Error::file("write", self.folder.verified_file()))
    }
}

/// Moves an executable to its place after it is synced to disk. The rename is atomic, so no run
/// sees half an executable.
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

/// A folder that is removed on drop.
#[derive(Debug)]
pub(super) struct Partial(Utf8PathBuf);

impl Partial {
    pub(super) fn path(&self) -> &Utf8Path {
        &self.0
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // The next run that fetches removes what remains.
        let _ = fs_err::remove_dir_all(&self.0);
    }
}
