//! How many topologies run at once, whatever the number of test threads.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::available_parallelism;

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// The right to run a topology.
#[derive(Debug)]
pub(crate) struct Slot(());

impl Slot {
    /// Waits for one; with as many as there are processors, none of them starves for long.
    pub(crate) fn take() -> Self {
        let limit = available_parallelism().map_or(2, |number| number.get().max(2));
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = FREED
            .wait_while(taken, |taken| *taken >= limit)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Self(())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}
