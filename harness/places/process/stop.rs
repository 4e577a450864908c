//! Ends a replica: SIGTERM to its process group, then SIGKILL after the grace period.

use std::io;
use std::time::Duration;

use backend::state::Directory;
use backend::wait::{self, Pace, Pending};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::launch::Launch;
use super::liveness::PidFile;
use crate::census::{Marked, marked};

/// How long the kernel may take to end a killed group.
pub(crate) const AFTER_KILL: Duration = Duration::from_secs(10);
const PACE: Pace = Pace::steady(Duration::from_millis(10));

/// A replica that could not be ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not {act} `{replica}`")]
    Failed {
        /// What was tried, as a verb phrase that the replica completes.
        act: &'static str,
        replica: String,
        #[source]
        source: io::Error,
    },
    /// Some of its processes survived SIGKILL.
    #[error("could not stop `{replica}`: {processes}")]
    Remains {
        replica: String,
        /// The processes that remain.
        processes: String,
    },
}

/// Ends a replica and everything it started: first SIGTERM, then SIGKILL after `grace`, or as soon
/// as `haste` is cancelled.
pub(super) async fn stop(
    state: &Directory,
    replica: &str,
    grace: Duration,
    haste: &CancellationToken,
) -> Result<(), Error> {
    signal(state, replica, Signal::SIGTERM)?;
    let ended = wait::until(Instant::now() + grace, PACE, async || {
        match alive(state, replica) {
            Ok(Some(_)) => Err(Pending::NotYet("it runs".to_owned())),
            looked => Ok(looked.map(drop)),
        }
    });
    if let Some(Ok(looked)) = haste.run_until_cancelled(ended).await {
        looked?;
    }
    kill_now(state, replica).await
}

/// Ends a replica and everything it started by SIGKILL, at once.
pub(super) async fn kill_now(state: &Directory, replica: &str) -> Result<(), Error> {
    let deadline = Instant::now() + AFTER_KILL;
    // Processes that it starts in the meantime are killed, too.
    let ended = wait::until(deadline, PACE, async || {
        match signal(state, replica, Signal::SIGKILL) {
            Ok(left) if left.is_empty() => Ok(Ok(())),
            Ok(left) => Err(Pending::NotYet(left.join(", "))),
            Err(error) => Ok(Err(error)),
        }
    });
    match ended.await {
        Ok(done) => done,
        Err(wait::Error::Late(processes) | wait::Error::Never(processes)) => Err(Error::Remains {
            replica: replica.to_owned(),
            processes,
        }),
    }
}

/// Signals the process group of a replica, if it certainly still is that, and all processes outside
/// of it with the replica's marker. Returns the processes that were found.
fn signal(state: &Directory, replica: &str, signal: Signal) -> Result<Vec<String>, Error> {
    let mut marked = marked(state);
    marked.retain(|marked| marked.replica == replica);
    let mut there: Vec<String> = marked.iter().map(ToString::to_string).collect();
    if let Some(process) = alive(state, replica)? {
        let group = Pid::from_raw(process.pid);
        let (inside, outside): (Vec<Marked>, Vec<Marked>) = marked
            .into_iter()
            .partition(|marked| getpgid(Some(Pid::from_raw(marked.pid))) == Ok(group));
        if !process.is_superseded() || !inside.is_empty() {
            signal_group(replica, group, signal)?;
        }
        marked = outside;
        if there.is_empty() {
            let path = PidFile::path(state, replica);
            there.push(format!("the process that holds the lock of {path}"));
        }
    }
    for marked in marked {
        let _ = kill(Pid::from_raw(marked.pid), signal);
    }
    Ok(there)
}

fn signal_group(replica: &str, group: Pid, signal: Signal) -> Result<(), Error> {
    match killpg(group, signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(errno) => Err(failed("signal the process group of", replica)(errno.into())),
    }
}

fn alive(state: &Directory, replica: &str) -> Result<Option<PidFile>, Error> {
    PidFile::alive(state, replica).map_err(failed("read the pid file of", replica))
}

/// Removes the record of a stopped replica.
pub(super) fn forget(state: &Directory, replica: &str) -> Result<(), Error> {
    Launch::forget(state, replica).map_err(failed("remove the launch record of", replica))
}

fn failed(act: &'static str, replica: &str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Failed {
        act,
        replica: replica.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_act_that_failed() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        // A folder in the place of the record can be neither read nor removed as a file.
        let record = state.run().join("worker-0.launch.json");
        fs_err::create_dir_all(record).expect("a folder");
        let error = forget(&state, "worker-0").expect_err("it is a folder");
        assert_eq!(
            error.to_string(),
            "could not remove the launch record of `worker-0`"
        );
    }
}
