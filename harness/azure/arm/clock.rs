//! The clock that waits use, so that a wait of minutes takes no time in a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The clock that waits use.
///
/// Tokio's paused time cannot be used here: it advances whenever a task waits for a socket.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// Real time.
    #[default]
    System,
    /// Time that only waits advance. Each wait ends at once.
    Skipping {
        /// The time at which the clock started.
        start: Instant,
        /// The sum of all waits, in milliseconds.
        skipped: Arc<AtomicU64>,
    },
}

impl Clock {
    /// A clock whose waits end at once.
    pub fn skipping() -> Self {
        Self::Skipping {
            start: Instant::now(),
            skipped: Arc::default(),
        }
    }

    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::now(),
            Self::Skipping { start, skipped } => {
                *start + Duration::from_millis(skipped.load(Ordering::SeqCst))
            }
        }
    }

    pub async fn sleep(&self, time: Duration) {
        match self {
            Self::System => tokio::time::sleep(time).await,
            Self::Skipping { skipped, .. } => {
                let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                skipped.fetch_add(time, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        }
    }
}
