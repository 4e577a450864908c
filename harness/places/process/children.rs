//! The child processes of this command.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::quantity::Duration;
use tokio::process::Child;
use tokio::time::Instant;

/// The child processes of this command, which can report how they ended. Those of earlier commands
/// are known by their pid files only.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<BTreeMap<String, Started>>);

#[derive(Debug)]
struct Started {
    /// Kept separately: a child that has ended no longer reports its pid.
    pid: Option<i32>,
    child: Child,
    at: Instant,
    /// How long it ran. Set when its end is seen, which is soon while a command waits for it.
    ran: Option<Duration>,
}

impl Children {
    /// Adds a child that was started as a replica.
    pub(super) fn adopt(&self, replica: &str, child: Child) {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let started = Started {
            pid,
            child,
            at: Instant::now(),
            ran: None,
        };
        children.insert(replica.to_owned(), started);
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
        let started = children.get_mut(replica)?;
        let Some(status) = started.child.try_wait().ok()? else {
            return Some(ChildState::Runs);
        };
        let ran = started.ran.get_or_insert(started.at.elapsed().into());
        Some(ChildState::Ended {
            status: status.to_string(),
            ran: *ran,
        })
    }
}

/// The state of a child.
#[derive(Debug)]
pub(super) enum ChildState {
    Runs,
    Ended {
        /// Its exit status or signal.
        status: String,
        ran: Duration,
    },
}

impl ChildState {
    /// For people, how it ended, if it did.
    pub(super) fn ended(&self) -> Option<String> {
        match self {
            Self::Runs => None,
            Self::Ended { status, ran } => {
                let ran = ran.approximate();
                Some(format!("its process ended: {status}, after {ran}"))
            }
        }
    }
}
