//! Finds the processes that carry the marker of a state folder, even if their parents ended, and
//! ends them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use backend::state::{Directory, MARKER};
use backend::wait::{self, Pace, Pending};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use tokio::time::Instant;

/// How long the kernel may take to end killed processes.
const AFTER_KILL: Duration = Duration::from_secs(10);
const PACE: Pace = Pace::steady(Duration::from_millis(10));

/// A process that a replica started, directly or indirectly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) pid: i32,
    pub(super) name: String,
    /// The replica that it belongs to.
    pub(super) replica: String,
}

impl std::fmt::Display for Marked {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pid, name, replica } = self;
        write!(out, "process {pid} ({name}) of {replica}")
    }
}

/// Every living process of the folder, found by its environment. This includes processes that left
/// the process group of their replica.
pub(super) fn marked(state: &Directory) -> Vec<Marked> {
    // This fails only without a process table, and then no process can be found.
    let Ok(mut system) = System::new() else {
        return Vec::new();
    };
    let kind = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    let prefix = format!("{MARKER}={}", state.marker(""));
    let mut found: Vec<Marked> = system
        .processes()
        .values()
        .filter(|process| process.thread_kind().is_none())
        .filter(|process| process.status() != sysinfo::ProcessStatus::Zombie)
        .filter_map(|process| {
            let replica = process
                .environ()
                .iter()
                .find_map(|variable| after(variable, &prefix))?;
            Some(Marked {
                pid: i32::try_from(process.pid().as_u32()).ok()?,
                name: process.name().to_string_lossy().into_owned(),
                replica,
            })
        })
        .collect();
    found.sort_by_key(|marked| marked.pid);
    found
}

/// Ends every process that carries the marker of the folder. Returns those that could not be ended.
pub(super) async fn sweep(state: &Directory) -> Vec<String> {
    end(state, |_| true).await
}

/// Ends the processes of a deleted state folder, and returns them. The error contains those that
/// could not be ended.
pub async fn end_orphans(state: &Directory) -> Result<Vec<String>, Vec<String>> {
    let found: Vec<String> = marked(state).iter().map(ToString::to_string).collect();
    if found.is_empty() {
        return Ok(found);
    }
    let left = sweep(state).await;
    if left.is_empty() {
        Ok(found)
    } else {
        Err(left)
    }
}

/// Ends the marked processes that `meant` selects. Returns those that could not be ended.
pub(super) async fn end(state: &Directory, meant: impl Fn(&Marked) -> bool) -> Vec<String> {
    let mut left = Vec::new();
    let deadline = Instant::now() + AFTER_KILL;
    let ended = wait::until(deadline, PACE, async || {
        let mut found = marked(state);
        found.retain(&meant);
        for process in &found {
            let _ = kill(Pid::from_raw(process.pid), Signal::SIGKILL);
        }
        left = found.iter().map(ToString::to_string).collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(Pending::NotYet(left.join(", ")))
        }
    });
    // A timeout is no error here: `left` has the processes that remain.
    let _ = ended.await;
    left
}

/// The replica in a marker. A text with a `/` is not a replica: it is the rest of another folder's
/// path, which begins with this folder's path and a `#`.
fn after(variable: &OsStr, prefix: &str) -> Option<String> {
    let rest = variable.as_bytes().strip_prefix(prefix.as_bytes())?;
    let replica = String::from_utf8_lossy(rest).into_owned();
    (!replica.contains('/')).then_some(replica)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_belongs_to_one_folder_whatever_its_path() {
        let prefix = |folder: &str| format!("{MARKER}={}", Directory::new(folder).marker(""));
        let mark = |folder: &str| {
            let mark = Directory::new(folder).marker("worker-0");
            format!("{MARKER}={mark}")
        };
        for folder in [
            "/a/.harness/local",
            "/c#proj/.harness/local",
            "/a#b#/.harness/c",
        ] {
            let replica = after(OsStr::new(&mark(folder)), &prefix(folder));
            assert_eq!(replica.as_deref(), Some("worker-0"), "{folder}");
        }
        let (inner, outer) = ("/a/.harness/local#b/.harness/local", "/a/.harness/local");
        assert_eq!(after(OsStr::new(&mark(inner)), &prefix(outer)), None);
        assert_eq!(after(OsStr::new(&mark(outer)), &prefix(inner)), None);
    }
}
