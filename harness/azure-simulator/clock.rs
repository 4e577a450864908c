//! The clock of the built-in Azure.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The source of the built-in Azure's time. Copies share the time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Faster {
        from: Timestamp,
        since: Instant,
        factor: u32,
    },
    Held(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that runs `factor` times as fast as real time. With 60, a cluster that takes five
    /// minutes is ready after five seconds.
    pub fn faster(factor: u32) -> Self {
        Self(Source::Faster {
            from: Timestamp::now(),
            since: Instant::now(),
            factor,
        })
    }

    /// The same clock, but not earlier than `time`: the time of a cloud does not go back after a
    /// restart.
    #[must_use]
    pub fn not_before(self, time: Timestamp) -> Self {
        match self.0 {
            Source::Faster {
                from,
                since,
                factor,
            } => Self(Source::Faster {
                from: from.max(time),
                since,
                factor,
            }),
            Source::Held(milliseconds) => {
                milliseconds.fetch_max(time.as_millisecond(), Ordering::SeqCst);
                Self(Source::Held(milliseconds))
            }
        }
    }

    /// A clock that only [`advance`](Self::advance) moves.
    pub fn held() -> Self {
        Self(Source::Held(Arc::new(AtomicI64::new(
            Timestamp::now().as_millisecond(),
        ))))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::Faster {
                from,
                since,
                factor,
            } => *from + since.elapsed().saturating_mul(*factor),
            Source::Held(milliseconds) => {
                Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst))
                    .expect("the value was taken from a timestamp")
            }
        }
    }

    /// Moves a held clock forward. Has no effect on a running clock.
    pub fn advance(&self, by: Duration) {
        if let Source::Held(milliseconds) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            milliseconds.fetch_add(by, Ordering::SeqCst);
        }
    }
}
