//! Which processes carry the marker of a state folder, whatever became of their parents.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use crate::state::{Directory, MARKER};

/// A process that a replica started, directly or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    /// Its pid.
    pub(super) pid: i32,
    /// Its name.
    pub(super) name: String,
    /// The replica it belongs to.
    pub(super) replica: String,
}

impl std::fmt::Display for Marked {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pid, name, replica } = self;
        write!(out, "process {pid} ({name}) of {replica}")
    }
}

/// Every living process of the folder, found by its environment: also those that left the process
/// group of their replica.
pub(super) fn marked(state: &Directory) -> Vec<Marked> {
    // It fails only where there is no process table to read, and then there is nothing to find.
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

fn after(variable: &OsStr, prefix: &str) -> Option<String> {
    let rest = variable.as_bytes().strip_prefix(prefix.as_bytes())?;
    Some(String::from_utf8_lossy(rest).into_owned())
}
