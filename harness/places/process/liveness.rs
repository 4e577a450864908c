//! Which replicas are alive: pid files that the child itself keeps locked.

use std::fs::TryLockError;
use std::io;
use std::time::Duration;

use backend::state::Directory;
use base::file::{present, read_json};
use camino::Utf8PathBuf;
use fs_err::File;
use serde::{Deserialize, Serialize};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

/// The tolerance where only the wall-clock time of a start is known. The kernel counts from boot,
/// so a clock that was set shifts the computed time of the same start.
const CLOCK_STEP: u64 = 2;

/// The content of a pid file. The child writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PidFile {
    /// The process id. Because of `setsid`, it is also the id of the process group.
    pub(super) pid: i32,
    /// The start time in seconds since the epoch, for comparison with times of other programs.
    pub(super) started: u64,
    /// The start time in clock ticks since boot, if the system reports it. With the pid it
    /// identifies one process, even if the clock is set.
    ticks: Option<u64>,
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
            ticks: start_ticks(pid),
        }
    }

    /// The process of a replica, if it is alive: then its pid file is locked.
    ///
    /// The lock outlives the leader of the group while any descendant holds the descriptor. So a
    /// group that is partly dead counts as alive and can be stopped.
    pub(super) fn alive(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        Ok(Self::held(state, replica)?.and_then(Result::ok))
    }

    /// Whether a living process holds the lock but the content of the pid file is damaged.
    pub(super) fn is_broken(state: &Directory, replica: &str) -> io::Result<bool> {
        Ok(Self::held(state, replica)?.is_some_and(|read| read.is_err()))
    }

    /// The content of the pid file while a process holds its lock; `None` if none does.
    fn held(state: &Directory, replica: &str) -> io::Result<Option<serde_json::Result<Self>>> {
        let Some(file) = present(File::open(Self::path(state, replica)))? else {
            return Ok(None);
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(serde_json::from_reader(&file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The process of a replica, if it is the one that was started. If only its descendants are
    /// alive, the replica is not.
    pub(super) fn leader(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        Ok(Self::alive(state, replica)?.filter(|process| process.leads()))
    }

    /// The process that was last started as a replica, alive or not; `None` if none ever was. A
    /// damaged file is an error, since the process is then unknown.
    pub(super) fn last(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        read_json(&Self::path(state, replica))
    }

    /// The id of this life. It differs from that of another process that gets the same pid later.
    pub(super) fn life(self) -> String {
        format!("{} {}", self.pid, self.ticks.unwrap_or(self.started))
    }

    /// The CPU time, user and system, that the process has used.
    pub(super) fn cpu_time(self) -> Option<Duration> {
        let pid = u32::try_from(self.pid).ok()?;
        let kind = ProcessRefreshKind::nothing().with_cpu();
        look(pid, kind, |process| {
            Duration::from_millis(process.accumulated_cpu_time())
        })
    }

    /// Whether the pid still belongs to the process that wrote this file.
    pub(super) fn leads(self) -> bool {
        self.has_its_pid() == Some(true)
    }

    /// Whether the pid belongs to another process now. Until then, a process group of that number
    /// is the replica's, even if its leader has died.
    pub(super) fn is_superseded(self) -> bool {
        self.has_its_pid() == Some(false)
    }

    /// Whether the process with the pid is the one that wrote this file; `None` if there is none.
    fn has_its_pid(self) -> Option<bool> {
        let pid = u32::try_from(self.pid).ok()?;
        let started = start_time(pid)?;
        Some(match (self.ticks, start_ticks(pid)) {
            (Some(then), Some(now)) => then == now,
            _ => started.abs_diff(self.started) <= CLOCK_STEP,
        })
    }
}

/// The start time of a process in clock ticks since boot: field 22 of `/proc/PID/stat`
/// (`proc_pid_stat(5)`). `None` without such a file.
fn start_ticks(pid: u32) -> Option<u64> {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may contain any character.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

/// The start time of a process that is not a zombie, in seconds since the epoch.
fn start_time(pid: u32) -> Option<u64> {
    look(pid, ProcessRefreshKind::nothing(), Process::start_time)
}

/// Reads a fact about a process that is not a zombie.
fn look<T>(pid: u32, kind: ProcessRefreshKind, what: impl FnOnce(&Process) -> T) -> Option<T> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let process = system.process(pid)?;
    (process.status() != sysinfo::ProcessStatus::Zombie).then(|| what(process))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_pid_file_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        assert_eq!(PidFile::last(&state, "worker-0").expect("no error"), None);
        fs_err::create_dir_all(state.run()).expect("a folder");
        fs_err::write(PidFile::path(&state, "worker-0"), "half a rec").expect("a file");
        assert!(PidFile::last(&state, "worker-0").is_err());
    }

    #[test]
    fn a_process_is_distinguished_from_one_that_gets_its_pid_later() {
        let own = PidFile::of_this_process();
        assert!(own.leads());
        assert!(!own.is_superseded());
        let earlier = PidFile {
            started: own.started - 60,
            ticks: own.ticks.map(|ticks| ticks - 1),
            ..own
        };
        assert!(!earlier.leads());
        assert!(earlier.is_superseded());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn setting_the_clock_changes_nothing() {
        let own = PidFile::of_this_process();
        let before = PidFile {
            started: own.started - 3600,
            ..own
        };
        assert!(before.leads());
    }
}
