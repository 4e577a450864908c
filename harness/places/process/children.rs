//! The processes that this very command started.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::process::Child;

/// The children of this very command, so that it can say how one of them ended; those of earlier
/// commands are known by their pid files only.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<BTreeMap<String, Started>>);

#[derive(Debug)]
struct Started {
    /// Kept apart: a child that has ended has none any more.
    pid: Option<i32>,
    child: Child,
}

impl Children {
    /// Takes in what was started as a replica.
    pub(super) fn adopt(&self, replica: &str, child: Child) {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.insert(replica.to_owned(), Started { pid, child });
    }

    /// The pid of the child of that name, if one was started here; also of one that has ended.
    pub(super) fn pid(&self, replica: &str) -> Option<i32> {
        let children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.get(replica)?.pid
    }

    /// What has become of the child of that name; `None` if none was started here. Asked once, for
    /// between two questions it may end.
    pub(super) fn fate(&self, replica: &str) -> Option<Fate> {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = children.get_mut(replica)?.child.try_wait().ok()?;
        Some(status.map_or(Fate::Runs, |status| Fate::Ended(status.to_string())))
    }
}

/// What has become of a child.
#[derive(Debug)]
pub(super) enum Fate {
    /// It has not ended.
    Runs,
    /// It ended this way.
    Ended(String),
}
