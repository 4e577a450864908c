//! Who is alive: pid files whose lock the child itself holds.

use std::fs::{File, TryLockError};
use std::io;
use std::time::Duration;

use backend::state::Directory;
use base::file::{present, read_json};
use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

/// Where only the clock's time of a start is known: the kernel counts from the start of the machine,
/// and where the clock was set since then, the same start comes out as another second.
const CLOCK_STEP: u64 = 2;

/// What a child writes into its pid file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PidFile {
    /// Process id, and by `setsid` also the id of its process group.
    pub(super) pid: i32,
    /// Start time in seconds since the epoch, to be compared with times of other programs.
    pub(super) started: u64,
    /// Start time in clock ticks since the machine started, where the system tells it: with the pid
    /// it names one process, however the clock is set.
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

    /// The process of a replica if it is alive: its pid file is locked, and by nobody but it.
    ///
    /// The lock outlives the leader of the group while any descendant holds the descriptor, so
    /// that a half-dead group is seen as alive and can be stopped.
    pub(super) fn alive(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        Ok(Self::held(state, replica)?.and_then(Result::ok))
    }

    /// Whether somebody is alive whom the pid file does not name: it holds something else.
    pub(super) fn is_broken(state: &Directory, replica: &str) -> io::Result<bool> {
        Ok(Self::held(state, replica)?.is_some_and(|read| read.is_err()))
    }

    /// What the pid file says while somebody holds it; nothing where nobody does.
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

    /// The process of a replica if it is the one that was started: where only descendants of it are
    /// alive, the replica is not.
    pub(super) fn leader(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        Ok(Self::alive(state, replica)?.filter(|process| process.leads()))
    }

    /// The process that was last started as a replica, alive or not; `None` if none ever was. A file
    /// that holds something else is an error: whom it named, nobody knows.
    pub(super) fn last(state: &Directory, replica: &str) -> io::Result<Option<Self>> {
        read_json(&Self::path(state, replica))
    }

    /// Names this process, and no other one that gets its pid later.
    pub(super) fn life(self) -> String {
        format!("{} {}", self.pid, self.ticks.unwrap_or(self.started))
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
        self.has_its_pid() == Some(true)
    }

    /// Whether the pid has become another process's: until then a group of that number is the
    /// replica's, even where its leader has died.
    pub(super) fn is_superseded(self) -> bool {
        self.has_its_pid() == Some(false)
    }

    /// Whether the process of that pid is the one that wrote this; `None` if there is none.
    fn has_its_pid(self) -> Option<bool> {
        let pid = u32::try_from(self.pid).ok()?;
        let started = start_time(pid)?;
        Some(match (self.ticks, start_ticks(pid)) {
            (Some(then), Some(now)) => then == now,
            _ => started.abs_diff(self.started) <= CLOCK_STEP,
        })
    }
}

/// Start time of a process in clock ticks since the machine started: field 22 of
/// `/proc/PID/stat` (`proc_pid_stat(5)`), where there is such a file.
fn start_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_file_named_that_holds_something_else_is_not_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = camino::Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(folder);
        assert_eq!(PidFile::last(&state, "worker-0").expect("no error"), None);
        fs_err::create_dir_all(state.run()).expect("a folder");
        fs_err::write(PidFile::path(&state, "worker-0"), "half a rec").expect("a file");
        assert!(PidFile::last(&state, "worker-0").is_err());
    }

    #[test]
    fn a_process_is_told_from_one_that_got_its_pid_later() {
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
    fn a_clock_that_was_set_changes_nothing() {
        let own = PidFile::of_this_process();
        let before = PidFile {
            started: own.started - 3600,
            ..own
        };
        assert!(before.leads());
    }
}
