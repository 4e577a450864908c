//! The progress of a run, as counters that can be read while the run goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Iteration, WorkflowOutcome};

/// Live counters, shared by executors and observers.
#[derive(Debug, Default)]
pub struct Progress {
    started: AtomicU64,
    closed: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    not_sent: AtomicU64,
    /// How many iterations are under way, by their intended start.
    under_way: Mutex<BTreeMap<Duration, u64>>,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Iterations whose start was sent.
    pub started: u64,
    /// Iterations whose workflow has closed.
    pub closed: u64,
    /// Sent iterations that ended without a completed workflow.
    pub failed: u64,
    /// Arrivals that were dropped because the maximum number of workflows was in flight.
    pub dropped: u64,
    /// Arrivals that the generator reached after the load had ended.
    pub not_sent: u64,
}

impl Progress {
    /// The counters now. Each value is correct, but they are not read at one instant.
    pub fn counts(&self) -> Counts {
        Counts {
            started: self.started.load(Ordering::Relaxed),
            closed: self.closed.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            not_sent: self.not_sent.load(Ordering::Relaxed),
        }
    }

    /// The intended starts of the iterations that are under way now.
    pub fn under_way(&self) -> Vec<Duration> {
        let under_way = self.lock();
        let each = under_way.iter().flat_map(|(intended, count)| {
            let count = usize::try_from(*count).expect("each one has a task in memory");
            std::iter::repeat_n(*intended, count)
        });
        each.collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Duration, u64>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn start(&self, intended: Duration) {
        self.started.fetch_add(1, Ordering::Relaxed);
        *self.lock().entry(intended).or_default() += 1;
    }

    fn finish(&self, intended: Duration) {
        let mut under_way = self.lock();
        let left = under_way.get_mut(&intended).map(|count| {
            *count -= 1;
            *count
        });
        if left == Some(0) {
            under_way.remove(&intended);
        }
    }

    pub(super) fn end(&self, iteration: &Iteration) {
        let add = |counter: &AtomicU64, count| counter.fetch_add(count, Ordering::Relaxed);
        if iteration.unsent().is_none() {
            self.finish(iteration.intended());
        }
        match iteration.outcome() {
            WorkflowOutcome::Dropped(unsent) => {
                add(&self.dropped, unsent.arrivals);
            }
            WorkflowOutcome::NotSent(unsent) | WorkflowOutcome::NotMade(unsent) => {
                add(&self.not_sent, unsent.arrivals);
            }
            WorkflowOutcome::Closed(close) => {
                add(&self.closed, 1);
                if close.status != iteration.right_status() {
                    add(&self.failed, 1);
                }
            }
            WorkflowOutcome::Refused(_)
            | WorkflowOutcome::Unknown(_)
            | WorkflowOutcome::Abandoned(_)
            | WorkflowOutcome::Open => {
                add(&self.failed, 1);
            }
        }
    }
}
