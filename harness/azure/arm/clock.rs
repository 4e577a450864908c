//! What time it is and how it passes: a wait of minutes takes none in a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The time that waits are measured in.
///
/// Tokio's own paused time does not do here: it runs on whenever a task waits for a socket.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// Time as it passes.
    #[default]
    System,
    /// Time that passes by waits only, and each is over at once.
    Skipping {
        /// When it began.
        start: Instant,
        /// The sum of all waits, in milliseconds.
        skipped: Arc<AtomicU64>,
    },
}

impl Clock {
    /// A clock whose waits are over at once.
    pub fn skipping() -> Self {
        Self::Skipping {
            start: Instant::now(),
            skipped: Arc::default(),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::now(),
            Self::Skipping { start, skipped } => {
                *start + Duration::from_millis(skipped.load(Ordering::SeqCst))
            }
        }
    }

    /// Waits.
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
