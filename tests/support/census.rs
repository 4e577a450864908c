//! The processes of a place, as the kernel knows them.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A living process that belongs to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub pid: i32,
    /// The replica that its environment says it belongs to.
    pub replica: Option<String>,
    command: String,
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replica = self.replica.as_deref().unwrap_or("no replica");
        write!(out, "{} ({replica}): {}", self.pid, self.command)
    }
}

impl Found {
    pub fn signal(&self, signal: Signal) {
        // One that has just ended is as good.
        let _ = kill(Pid::from_raw(self.pid), signal);
    }
}

/// Whether the process is at its end, its ports and locks included: those outlive the first thread
/// where others are still on their way out.
pub(crate) fn is_gone(pid: i32) -> bool {
    let folder = Utf8PathBuf::from(format!("/proc/{pid}/task"));
    let threads = folder.read_dir_utf8().into_iter().flatten().flatten();
    threads
        .filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok())
        .all(|stat| {
            let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start());
            state.is_some_and(|state| state.starts_with(['Z', 'X']))
        })
}

/// The process that listens on a port, with the state folder that it is marked with.
pub(crate) fn listener_on(port: u16) -> Option<(i32, Option<String>)> {
    let table = fs::read_to_string("/proc/net/tcp").expect("this system has TCP");
    // The columns: number, local address, remote address, state (0A listens), ..., the tenth inode.
    let socket = table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (_, local) = columns.get(1)?.split_once(':')?;
        let listens = u16::from_str_radix(local, 16) == Ok(port) && columns[3] == "0A";
        listens.then(|| format!("socket:[{}]", columns[9]))
    })?;
    let has_it = |pid: i32| {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten();
        let mut links = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        links.any(|link| link.as_os_str() == socket.as_str())
    };
    let pid = pids().find(|pid| has_it(*pid))?;
    let mark = words(&Utf8PathBuf::from(format!("/proc/{pid}/environ")))
        .into_iter()
        .find_map(|word| Some(word.strip_prefix("HARNESS_REPLICA=")?.to_owned()));
    Some((pid, mark))
}

/// Every process that carries the mark of the state folder below `root`, works in `root` or names
/// it on its command line. A zombie has none of these, and is nothing that runs.
pub(crate) fn processes_of(root: &Utf8Path) -> Vec<Found> {
    pids()
        .filter(|pid| u32::try_from(*pid) != Ok(std::process::id()))
        .filter_map(|pid| belongs(pid, root))
        .collect()
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").expect("this system has /proc");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn belongs(pid: i32, root: &Utf8Path) -> Option<Found> {
    let folder = Utf8PathBuf::from(format!("/proc/{pid}"));
    let mark = format!("HARNESS_REPLICA={root}/");
    let environment = words(&folder.join("environ"));
    let marked = environment.iter().find(|word| word.starts_with(&mark));
    let replica = marked.and_then(|word| Some(word.rsplit_once('#')?.1.to_owned()));
    let arguments = words(&folder.join("cmdline"));
    let works_there = fs::read_link(folder.join("cwd")).is_ok_and(|cwd| cwd.starts_with(root));
    let named = arguments.iter().any(|word| word.contains(root.as_str()));
    (replica.is_some() || works_there || named).then(|| Found {
        pid,
        replica,
        command: arguments.join(" "),
    })
}

/// The words of a file of `/proc`; none of a process that is gone or another user's.
fn words(path: &Utf8Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let words = text.split('\0').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}
