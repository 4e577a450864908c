//! What can be seen of a place, and the crashes that can be made in it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::census::{Found, is_gone, processes_of};
use crate::eventually::eventually;
use crate::folder::files;
use crate::http::get;
use crate::invocation::Invocation;

/// A working folder in which the built harness runs a topology.
pub trait Look {
    /// The working folder.
    fn root(&self) -> &Utf8Path;

    /// The state folder.
    fn state(&self) -> Utf8PathBuf;

    /// A command of the harness in this folder.
    fn harness(&self, arguments: &[&str]) -> Invocation;

    /// Every process that belongs here.
    fn processes(&self) -> Vec<Found> {
        processes_of(self.root())
    }

    /// The registered pid of each replica that has one. A file is empty until its replica has
    /// written its pid into it.
    fn pids(&self) -> BTreeMap<String, i64> {
        let pid_files = files(&self.state().join("run")).into_iter();
        pid_files
            .filter_map(|path| {
                let replica = path.file_name()?.strip_suffix(".pid")?.to_owned();
                let written = fs::metadata(&path).is_ok_and(|file| file.len() > 0);
                let pid = written.then(|| read_json(&path)["pid"].as_i64());
                Some((replica, pid??))
            })
            .collect()
    }

    /// Kills one replica, as a crash does.
    #[track_caller]
    fn kill(&self, replica: &str) {
        let pid = i32::try_from(self.pids()[replica]).expect("process ids fit into an i32");
        let mut processes = self.processes().into_iter();
        let process = processes.find(|found| found.pid == pid);
        process.expect("the replica runs").signal(Signal::SIGKILL);
        eventually("the death of a killed replica", || {
            is_gone(pid).then_some(())
        });
    }

    /// Kills everything at once, as a power cut does.
    fn kill_everything(&self) {
        let mut killed = Vec::new();
        eventually("the death of everything", || {
            let processes = self.processes();
            for process in &processes {
                process.signal(Signal::SIGKILL);
                killed.push(process.pid);
            }
            let over = processes.is_empty() && killed.iter().all(|pid| is_gone(*pid));
            over.then_some(())
        });
    }

    /// The address of a replica's port.
    #[track_caller]
    fn address(&self, replica: &str, port: &str) -> SocketAddr {
        let record = self.state().join(format!("run/{replica}.launch.json"));
        address(&read_json(&record)["ports"][port])
    }

    /// Every address that a record names.
    fn ports(&self) -> Vec<SocketAddr> {
        let records = files(&self.state().join("run")).into_iter();
        let records = records.filter(|path| path.as_str().ends_with(".launch.json"));
        records
            .flat_map(|path| {
                let record = read_json(&path);
                let ports = record["ports"].as_object().expect("an object");
                ports.values().map(address).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Whether the starter of a replica answers.
    fn answers(&self, replica: &str) -> bool {
        let url = format!("http://{}/ping", self.address(replica, "starter"));
        get(&url) == Some((200, "pong".to_owned()))
    }

    /// Waits for a line of a journal in the state folder.
    #[track_caller]
    fn await_line(&self, journal: &str, wanted: impl Fn(&Value) -> bool) {
        eventually("a line of a journal", || {
            let text = fs::read_to_string(self.state().join(journal)).ok()?;
            let mut lines = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.any(|line| wanted(&line)).then_some(())
        });
    }
}

#[track_caller]
fn read_json(path: &Utf8Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn address(listen: &Value) -> SocketAddr {
    let text = listen["address"].as_str().expect("a port has an address");
    text.parse().expect("an address and a port")
}
