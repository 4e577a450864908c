//! How a run is getting on, in counters that are read while it goes on.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Operation, Outcome};
use crate::temporal::Status;

/// Live counters, shared by all that run and all that look on.
#[derive(Debug, Default)]
pub struct Progress {
    started: AtomicU64,
    closed: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Operations whose start was sent.
    pub started: u64,
    /// Operations whose workflow has closed.
    pub closed: u64,
    /// Operations that are over without a completed workflow, other than those dropped.
    pub failed: u64,
    /// Arrivals that were dropped for want of a free slot.
    pub dropped: u64,
}

impl Progress {
    /// The counters now. Each is right; together they may be torn by what happens meanwhile.
    pub fn counts(&self) -> Counts {
        Counts {
            started: self.started.load(Ordering::Relaxed),
            closed: self.closed.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }

    pub(super) fn start(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self, operation: &Operation) {
        let add = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        match &operation.outcome {
            Outcome::Dropped => {
                add(&self.dropped);
            }
            Outcome::Closed(close) => {
                add(&self.closed);
                if close.status != Status::Completed {
                    add(&self.failed);
                }
            }
            Outcome::Refused(_) | Outcome::Unknown(_) | Outcome::Open(_) => {
                add(&self.failed);
            }
        }
    }
}
