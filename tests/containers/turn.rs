//! How much runs at once, whatever the number of test threads.

use std::sync::{Condvar, Mutex, PoisonError};

/// Two topologies at a time, clusters or not, are what a machine with two cores can take.
const ALL: usize = 2;

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// The right to run a topology.
#[derive(Debug)]
pub(crate) struct Turn(usize);

impl Turn {
    /// Waits for the right to run beside another.
    pub(crate) fn beside_another() -> Self {
        Self::take(1)
    }

    /// Waits for the right to run alone, as what is measured has to.
    pub(crate) fn alone() -> Self {
        Self::take(ALL)
    }

    fn take(share: usize) -> Self {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = FREED
            .wait_while(taken, |taken| *taken + share > ALL)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += share;
        Self(share)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= self.0;
        FREED.notify_all();
    }
}
