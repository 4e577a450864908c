//! Who is alive: pid files whose lock the child itself holds.

use std::fs::{File, TryLockError};
use std::io;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::state::Directory;

/// The kernel counts from the start of the machine, and where the clock was set since then, the
/// same start comes out as another second.
const CLOCK_STEP: u64 = 2;

/// What a child writes into its pid file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PidFile {
    /// Process id, and by `setsid` also the id of its process group.
    pub(super) pid: i32,
    /// Start time in seconds since the epoch: with the pid it names one process of this machine.
    pub(super) started: u64,
}

impl PidFile {
    pub(super) fn path(state: &Directory, replica: &str) -> Utf8PathBuf {
        state.run().join(format!("{replica}.pid"))
    }

    pub(super) fn of_this_process() -> Self {
        let pid = std::process::id();
        Self {
            pid: i32::try_from(pid).expect("process ids fit into an i32"),
            started: start_time(pid).unwrap_or_default(),
        }
    }

    /// The process of a replica if it is alive: its pid file is locked, and by nobody but it.
    ///
    /// The lock outlives the leader of the group while any descendant holds the descriptor, so
    /// that a half-dead group is seen as alive and can be stopped.
    pub(super) fn alive(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        let path = Self::path(state, replica);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(serde_json::from_reader(&file).ok()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The process of a replica if it is the one that was started: where only descendants of it are
    /// alive, the replica is not.
    pub(super) fn leader(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        Ok(Self::alive(state, replica)?.filter(|process| process.leads()))
    }

    /// CPU time, user and system, that the process has used.
    pub(super) fn cpu_time(self) -> Option<Duration> {
        let pid = u32::try_from(self.pid).ok()?;
        let kind = ProcessRefreshKind::nothing().with_cpu();
        look(pid, kind, |process| {
            Duration::from_millis(process.accumulated_cpu_time())
        })
    }

    /// Whether the process that wrote this is still the one that has the pid.
    pub(super) fn leads(self) -> bool {
        self.start_of_pid().is_some_and(|start| self.is_at(start))
    }

    /// Whether the pid has become another process's: until then a group of that number is the
    /// replica's, even where its leader has died.
    pub(super) fn is_superseded(self) -> bool {
        self.start_of_pid().is_some_and(|start| !self.is_at(start))
    }

    fn start_of_pid(self) -> Option<u64> {
        u32::try_from(self.pid).ok().and_then(start_time)
    }

    fn is_at(self, start: u64) -> bool {
        start.abs_diff(self.started) <= CLOCK_STEP
    }
}

/// Start time of a process that is not a zombie, in seconds since the epoch.
fn start_time(pid: u32) -> Option<u64> {
    look(pid, ProcessRefreshKind::nothing(), Process::start_time)
}

/// What the kernel says of a process that is not a zombie.
fn look<T>(pid: u32, kind: ProcessRefreshKind, what: impl FnOnce(&Process) -> T) -> Option<T> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let process = system.process(pid)?;
    (process.status() != sysinfo::ProcessStatus::Zombie).then(|| what(process))
}
