//! One command at a time: an advisory lock on a file, held by an open descriptor.
//!
//! The kernel drops the lock with the last descriptor, so no crash can leave it behind. A child
//! that is handed the descriptor (a child process that is a place's replica) keeps the lock until it has
//! registered itself, which closes the gap between "forked" and "known".

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

/// How often a waiting command looks again.
const POLL: Duration = Duration::from_millis(25);

/// The held lock.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Who holds a lock, as its file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Holder {
    /// A command that has written down who it is.
    Known {
        /// Its verb.
        verb: String,
        /// Its process.
        pid: u32,
    },
    /// One that has not, or not yet.
    Unknown,
}

impl Holder {
    /// Whether it is a command of that verb.
    pub fn has_verb(&self, other: &str) -> bool {
        matches!(self, Self::Known { verb, .. } if verb == other)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { verb, pid } => write!(out, "harness {verb} (pid {pid})"),
            Self::Unknown => out.write_str("another command"),
        }
    }
}

impl Lock {
    /// Waits for the lock up to `patience`; `Ok(Err(holder))` tells who would not let go.
    pub async fn acquire(
        path: &Utf8Path,
        verb: &str,
        patience: Duration,
    ) -> io::Result<Result<Self, Holder>> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() < patience => {
                    sleep(POLL).await;
                }
                Err(TryLockError::WouldBlock) => {
                    let mut text = Vec::new();
                    file.read_to_end(&mut text)?;
                    // Its holder may be about to write it.
                    let holder = serde_json::from_slice(&text).unwrap_or(Holder::Unknown);
                    return Ok(Err(holder));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        // For those who wait. Where the disk is full there is no room for it, and the lock holds all
        // the same.
        let holder = Holder::Known {
            verb: verb.to_owned(),
            pid: std::process::id(),
        };
        let _ = file.write_all(&serde_json::to_vec(&holder)?);
        Ok(Ok(Self { file }))
    }

    /// A second descriptor of the same lock, to be inherited by a child until it is registered.
    pub fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;
    use tempfile::TempDir;

    use super::*;

    struct Place {
        _folder: TempDir,
        path: Utf8PathBuf,
    }

    fn place() -> Place {
        let folder = TempDir::new().expect("a folder");
        let path = Utf8PathBuf::try_from(folder.path().join("lock")).expect("a path in UTF-8");
        Place {
            _folder: folder,
            path,
        }
    }

    async fn take(place: &Place, verb: &str, patience: u64) -> Result<Lock, Holder> {
        let lock = Lock::acquire(&place.path, verb, Duration::from_secs(patience)).await;
        lock.expect("the file can be locked")
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_second_waits_and_is_told_who_was_first() {
        let place = place();
        let _first = take(&place, "up", 0).await.expect("the lock is free");
        let began = Instant::now();
        let holder = take(&place, "down", 15).await.expect_err("it is held");
        assert_eq!(
            holder.to_string(),
            format!("harness up (pid {})", std::process::id())
        );
        assert!(holder.has_verb("up") && !holder.has_verb("down"));
        assert!(began.elapsed() >= Duration::from_secs(15));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_has_the_lock_once_it_is_free() {
        let place = place();
        let first = take(&place, "test", 0).await.expect("the lock is free");
        let release = async {
            sleep(Duration::from_secs(5)).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(take(&place, "up", 15), release);
        let _second = second.expect("it was let go in time");
        let holder = take(&place, "down", 0).await.expect_err("it is held");
        assert!(
            holder.to_string().starts_with("harness up "),
            "a longer name is gone: {holder}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_that_has_not_written_who_it_is_is_another_command() {
        let place = place();
        let _first = take(&place, "up", 0).await.expect("the lock is free");
        for text in ["", "harness up (pid 7)", "{\"verb\": \"up\""] {
            fs_err::write(&place.path, text).expect("writable");
            let holder = take(&place, "down", 0).await.expect_err("it is held");
            assert_eq!(holder, Holder::Unknown, "{text}");
            assert_eq!(holder.to_string(), "another command");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_shared_descriptor_keeps_the_lock() {
        let place = place();
        let first = take(&place, "up", 0).await.expect("the lock is free");
        let shared = first.share().expect("a descriptor can be duplicated");
        drop(first);
        take(&place, "down", 0)
            .await
            .expect_err("a child still has it");
        drop(shared);
        take(&place, "down", 0).await.expect("nobody has it");
    }
}
