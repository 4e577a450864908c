//! The child processes of this command.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::process::Child;

/// The child processes of this command, which can report how they ended. Those of earlier commands
/// are known by their pid files only.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<BTreeMap<String, Started>>);

#[derive(Debug)]
struct Started {
    /// Kept separately: a child that has ended no longer reports its pid.
    pid: Option<i32>,
    child: Child,
}

impl Children {
    /// Adds a child that was started as a replica.
    pub(super) fn adopt(&self, replica: &str, child: Child) {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.insert(replica.to_owned(), Started { pid, child });
    }

    /// The pid of a replica's child, even if it has ended; `None` if this command did not start it.
    pub(super) fn pid(&self, replica: &str) -> Option<i32> {
        let children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.get(replica)?.pid
    }

    /// The state of a replica's child; `None` if this command did not start it. Ask only once per
    /// decision, since the child may end between two calls.
    pub(super) fn state_of(&self, replica: &str) -> Option<ChildState> {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = children.get_mut(replica)?.child.try_wait().ok()?;
        Some(status.map_or(ChildState::Runs, |status| {
            ChildState::Ended(status.to_string())
        }))
    }
}

/// The state of a child.
#[derive(Debug)]
pub(super) enum ChildState {
    Runs,
    /// It ended with this status.
    Ended(String),
}
