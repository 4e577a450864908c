//! One command at a time: an advisory lock on a file, held by an open descriptor.
//!
//! The kernel releases the lock with the last descriptor, so no crash can leave it behind. A child
//! process that inherits the descriptor keeps the lock until it has registered itself. This closes
//! the gap between the fork and the registration.

use std::fmt;
use std::fs::TryLockError;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::time::Duration;

use camino::Utf8Path;
use fs_err::File;
use fs_err::os::unix::fs::OpenOptionsExt as _;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

/// How often a waiting command tries again.
const POLL: Duration = Duration::from_millis(25);

#[derive(Debug)]
pub struct Lock {
    file: File,
    verb: String,
}

/// The holder of a lock, as the lock file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Holder {
    /// A command that has written its name.
    Known { verb: String, pid: u32 },
    /// A command that has not written its name, or not yet.
    Unknown,
}

impl Holder {
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
    /// Waits for the lock up to `patience`. `Ok(Err(holder))` means that the holder kept it.
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
                    // The holder may be about to write its name.
                    let holder = serde_json::from_slice(&text).unwrap_or(Holder::Unknown);
                    return Ok(Err(holder));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        // For waiting commands. On a full disk this fails, and the lock is held all the same.
        let holder = Holder::Known {
            verb: verb.to_owned(),
            pid: std::process::id(),
        };
        let _ = file.write_all(&serde_json::to_vec(&holder)?);
        let verb = verb.to_owned();
        Ok(Ok(Self { file, verb }))
    }

    /// The verb of the command that holds it: of this one.
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// A second descriptor of the same lock, for a child process to inherit until it is registered.
    pub fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;
    use tempfile::TempDir;

    use super::*;

    struct Fixture {
        _folder: TempDir,
        path: Utf8PathBuf,
    }

    fn fixture() -> Fixture {
        let folder = TempDir::new().expect("a folder");
        let path = Utf8PathBuf::try_from(folder.path().join("lock")).expect("a path in UTF-8");
        Fixture {
            _folder: folder,
            path,
        }
    }

    async fn take(fixture: &Fixture, verb: &str, patience: u64) -> Result<Lock, Holder> {
        let lock = Lock::acquire(&fixture.path, verb, Duration::from_secs(patience)).await;
        lock.expect("the file can be locked")
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_command_waits_and_learns_who_holds_the_lock() {
        let fixture = fixture();
        let first = take(&fixture, "up", 0).await.expect("the lock is free");
        assert_eq!(first.verb(), "up");
        let began = Instant::now();
        let holder = take(&fixture, "down", 15).await.expect_err("it is held");
        assert_eq!(
            holder.to_string(),
            format!("harness up (pid {})", std::process::id())
        );
        assert!(holder.has_verb("up") && !holder.has_verb("down"));
        assert!(began.elapsed() >= Duration::from_secs(15));
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiting_command_gets_the_lock_once_it_is_free() {
        let fixture = fixture();
        let first = take(&fixture, "test", 0).await.expect("the lock is free");
        let release = async {
            sleep(Duration::from_secs(5)).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(take(&fixture, "up", 15), release);
        let _second = second.expect("it was released in time");
        let holder = take(&fixture, "down", 0).await.expect_err("it is held");
        assert!(
            holder.to_string().starts_with("harness up "),
            "a longer name is overwritten: {holder}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_without_a_written_name_is_another_command() {
        let fixture = fixture();
        let _first = take(&fixture, "up", 0).await.expect("the lock is free");
        for text in ["", "harness up (pid 7)", "{\"verb\": \"up\""] {
            fs_err::write(&fixture.path, text).expect("writable");
            let holder = take(&fixture, "down", 0).await.expect_err("it is held");
            assert_eq!(holder, Holder::Unknown, "{text}");
            assert_eq!(holder.to_string(), "another command");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_shared_descriptor_keeps_the_lock() {
        let fixture = fixture();
        let first = take(&fixture, "up", 0).await.expect("the lock is free");
        let shared = first.share().expect("a descriptor can be duplicated");
        drop(first);
        take(&fixture, "down", 0)
            .await
            .expect_err("a child still has it");
        drop(shared);
        take(&fixture, "down", 0).await.expect("it is free");
    }
}
