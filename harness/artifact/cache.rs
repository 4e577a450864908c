//! The folder that keeps a fetched Temporal CLI between runs, and the lock on it.
//!
//! Layout: `temporal/1.9.1/linux-x86_64/` with `temporal`, `verified.json` (what the executable
//! looked like when its SHA-256 was last found right), `lock`, and `partial-PID/` while a run
//! downloads.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::pin::Pin;
use super::program::Stamp;
use crate::event::Events;
use crate::topology::Digest;

/// How often a lock that another run holds is tried again. The file system tells nobody when a
/// lock is let go, and a wait in the kernel could not be interrupted.
const RETRY: Duration = Duration::from_millis(100);

/// How long another run may take to download.
const PATIENCE: Duration = Duration::from_mins(15);

/// Where one release for one platform is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(Utf8PathBuf);

/// What is in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The right executable.
    Right,
    /// None.
    Nothing,
    /// Something else.
    Corrupt,
}

/// The record beside an executable that was found right: as long as its stamp is the same, it
/// need not be read again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Verified {
    sha256: String,
    stamp: Stamp,
}

impl Folder {
    /// The folder for a release below a cache or state folder.
    pub(super) fn of(root: &Utf8Path, pin: &Pin) -> Self {
        let platform = pin.platform.to_string();
        Self(root.join("temporal").join(&pin.version.cli).join(platform))
    }

    /// The folder itself.
    pub fn path(&self) -> &Utf8Path {
        &self.0
    }

    /// The executable's place.
    pub(super) fn executable(&self) -> Utf8PathBuf {
        self.0.join("temporal")
    }

    fn record(&self) -> Utf8PathBuf {
        self.0.join("verified.json")
    }

    /// What is in the folder. Reads the executable only if it changed since it was last found
    /// right.
    pub(super) async fn content(&self, pin: &Pin) -> Content {
        let Some(stamp) = Stamp::of(&self.executable()) else {
            return Content::Nothing;
        };
        let expected = Verified {
            sha256: pin.sha256.clone(),
            stamp,
        };
        let record = fs_err::read(self.record()).unwrap_or_default();
        if serde_json::from_slice::<Verified>(&record).is_ok_and(|record| record == expected) {
            return Content::Right;
        }
        match sha256_of(self.executable()).await {
            Ok(found) if found == pin.sha256 => {
                // A folder that cannot be written is read in full each time; that is all.
                let _ = self.remember(&expected);
                Content::Right
            }
            _ => Content::Corrupt,
        }
    }

    fn remember(&self, verified: &Verified) -> io::Result<()> {
        let text = serde_json::to_vec(verified).expect("a plain data type always becomes JSON");
        let fresh = self.0.join(format!("verified-{}.json", std::process::id()));
        fs_err::write(&fresh, text)?;
        fs_err::rename(&fresh, self.record())
    }

    /// Takes the folder for this run alone, waiting for another that downloads into it; removes
    /// what dead runs left.
    pub(super) async fn lock(
        &self,
        events: &Events,
        cancel: &CancellationToken,
    ) -> Result<Locked, Error> {
        let path = self.0.join("lock");
        let file = std::fs::create_dir_all(&self.0)
            .and_then(|()| File::options().create(true).append(true).open(&path))
            .map_err(Error::file("open", &path))?;
        let waited = tokio::select! {
            waited = timeout(PATIENCE, wait_for(&file, &self.0, events)) => waited,
            () = cancel.cancelled() => return Err(Error::Interrupted),
        };
        waited
            .map_err(|_| Error::Await {
                folder: self.0.clone(),
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
}

async fn wait_for(file: &File, folder: &Utf8Path, events: &Events) -> io::Result<()> {
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
                events.notice(format!(
                    "another run is downloading the Temporal CLI into {folder}: waiting for it"
                ));
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
        let entries = self
            .folder
            .0
            .read_dir_utf8()
            .into_iter()
            .flatten()
            .flatten();
        for entry in entries.filter(|entry| entry.file_name().starts_with("partial-")) {
            // Whatever stays is in nobody's way.
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }

    /// A new folder for a download, removed when the value is dropped.
    pub(super) fn partial(&self, pin: &Pin) -> Result<Partial, Error> {
        self.check_room(pin.room())?;
        let path = self
            .folder
            .0
            .join(format!("partial-{}", std::process::id()));
        let partial = Partial(path);
        let made = std::fs::create_dir(&partial.0);
        made.map_err(Error::file("create", &partial.0))?;
        Ok(partial)
    }

    /// Better now than after the download.
    fn check_room(&self, needed: u64) -> Result<(), Error> {
        let Ok(disk) = nix::sys::statvfs::statvfs(self.folder.0.as_std_path()) else {
            return Ok(());
        };
        // Wide enough for any platform's block counts.
        let free = u128::from(disk.blocks_available()) * u128::from(disk.fragment_size());
        if free < u128::from(needed) {
            let folder = self.folder.0.clone();
            return Err(Error::Room { folder, needed });
        }
        Ok(())
    }

    /// Puts a downloaded executable in its place, if it is the pinned one.
    pub(super) async fn install(&self, pin: &Pin, downloaded: &Utf8Path) -> Result<(), Error> {
        let found = sha256_of(downloaded.to_owned()).await;
        let found = found.map_err(Error::file("read", downloaded))?;
        if found != pin.sha256 {
            let wanted = pin.sha256.clone();
            return Err(Error::Verify { found, wanted });
        }
        let target = self.folder.executable();
        let paths = (downloaded.to_owned(), target.clone());
        let placed = tokio::task::spawn_blocking(move || place(&paths.0, &paths.1)).await;
        placed
            .map_err(io::Error::other)
            .flatten()
            .map_err(Error::file("write", &target))?;
        if let Some(stamp) = Stamp::of(&target) {
            let sha256 = pin.sha256.clone();
            let _ = self.folder.remember(&Verified { sha256, stamp });
        }
        Ok(())
    }
}

/// On disk before it has its name, and then all at once: no run ever sees half an executable.
fn place(downloaded: &Utf8Path, target: &Utf8Path) -> io::Result<()> {
    fs_err::set_permissions(downloaded, PermissionsExt::from_mode(0o755))?;
    File::open(downloaded)?.sync_all()?;
    fs_err::rename(downloaded, target)?;
    let folder = target.parent().unwrap_or(target);
    File::open(folder)?.sync_all()
}

async fn sha256_of(path: Utf8PathBuf) -> io::Result<String> {
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
        // What cannot be removed now is removed by the next run that downloads.
        let _ = fs_err::remove_dir_all(&self.0);
    }
}
