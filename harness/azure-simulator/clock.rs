//! The time of the built-in Azure.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Where the built-in Azure has its time from; a copy shows the same time.
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
    /// A clock that runs so many times as fast as the world's: with 60, a cluster that takes five
    /// minutes is there after five seconds.
    pub fn faster(factor: u32) -> Self {
        Self(Source::Faster {
            from: Timestamp::now(),
            since: Instant::now(),
            factor,
        })
    }

    /// The same clock, not behind a time: a cloud's time does not go back when it is started anew.
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

    /// A clock that stands until [`advance`](Self::advance).
    pub fn held() -> Self {
        Self(Source::Held(Arc::new(AtomicI64::new(
            Timestamp::now().as_millisecond(),
        ))))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::Faster {
                from,
                since,
                factor,
            } => *from + since.elapsed().saturating_mul(*factor),
            Source::Held(milliseconds) => {
                Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst))
                    .expect("it began with one")
            }
        }
    }

    /// Lets time pass on a clock that is held; another one goes on by itself.
    pub fn advance(&self, by: Duration) {
        if let Source::Held(milliseconds) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            milliseconds.fetch_add(by, Ordering::SeqCst);
        }
    }
}
