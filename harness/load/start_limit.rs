//! Limits the number of workflow starts per second, for a cluster that other people use too.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The shares of a start that the bucket counts in.
const SHARES: u64 = 1_000_000_000;

/// A limit that all workloads of a run share.
///
/// It is a token bucket. In any second, it admits at most the limit and one percent of it, at least
/// one. Starts of an open loop do not wait.
#[derive(Debug)]
pub struct StartLimit {
    bucket: Mutex<Bucket>,
    /// Held by the first in the queue, so that starts are admitted in the order in which they asked.
    turn: tokio::sync::Mutex<()>,
    epoch: Instant,
}

impl StartLimit {
    fn per_second(limit: u32) -> Self {
        Self {
            bucket: Mutex::new(Bucket::new(limit)),
            turn: tokio::sync::Mutex::new(()),
            epoch: Instant::now(),
        }
    }

    /// The limit that the workloads of a run share; `None` if there is none.
    pub fn shared(limit: Option<u32>) -> Option<Arc<Self>> {
        limit.map(Self::per_second).map(Arc::new)
    }

    /// Waits until one more start is within the limit.
    pub(super) async fn admit(&self) {
        let _turn = self.turn.lock().await;
        while let Err(wait) = self.with(Bucket::take) {
            sleep(wait).await;
        }
    }

    /// Counts a start that does not wait.
    pub(super) fn count(&self) {
        self.with(Bucket::owe);
    }

    /// Whether one more start is within the limit now. If so, it is counted.
    pub(super) fn admits_now(&self) -> bool {
        self.with(Bucket::take).is_ok()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Bucket, Duration) -> T) -> T {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut bucket, self.epoch.elapsed())
    }
}

/// How many starts a limit admits at once: those of ten milliseconds, at least one. The timer is not
/// precise enough for single starts at high rates.
fn burst(limit: u32) -> u32 {
    (limit / 100).max(1)
}

/// A token bucket in whole numbers. Pure: the caller says what time it is.
#[derive(Debug)]
struct Bucket {
    /// Starts per second, which is also shares per nanosecond.
    limit: u32,
    /// Shares of starts; less than zero after starts that did not wait.
    credit: i64,
    /// When the credit was computed.
    at: Duration,
}

impl Bucket {
    fn new(limit: u32) -> Self {
        Self {
            limit,
            credit: shares(burst(limit)),
            at: Duration::ZERO,
        }
    }

    /// Admits a start, or returns how long to wait before the next try.
    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.refill(now);
        let missing = shares(1) - self.credit;
        if missing > 0 {
            let missing = missing.unsigned_abs();
            let wait = missing.div_ceil(u64::from(self.limit));
            return Err(Duration::from_nanos(wait));
        }
        self.credit -= shares(1);
        Ok(())
    }

    /// Counts a start without regard to the limit.
    fn owe(&mut self, now: Duration) {
        self.refill(now);
        self.credit = self.credit.saturating_sub(shares(1));
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_nanos();
        self.at = self.at.max(now);
        let earned = passed.saturating_mul(u128::from(self.limit));
        let earned = i64::try_from(earned).unwrap_or(i64::MAX);
        let full = shares(burst(self.limit));
        self.credit = self.credit.saturating_add(earned).min(full);
    }
}

/// A number of starts, at most two million.
fn shares(starts: u32) -> i64 {
    i64::try_from(u64::from(starts) * SHARES).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The times at which starts are admitted. The generator asks again after each of the pauses, or
    /// when it may at the earliest.
    fn admitted(limit: u32, pauses: &[(bool, u32)]) -> Vec<Duration> {
        let mut bucket = Bucket::new(limit);
        let (mut now, mut admitted) = (Duration::ZERO, Vec::new());
        for (late, pause) in pauses {
            match bucket.take(now) {
                Ok(()) => admitted.push(now),
                Err(wait) => now += wait,
            }
            if *late {
                now += Duration::from_micros(u64::from(*pause));
            }
        }
        admitted
    }

    proptest! {
        #[test]
        fn no_second_has_more_starts_than_the_limit_and_the_burst(
            limit in 1_u32..3000,
            pauses in vec((any::<bool>(), 0_u32..200_000), 1..4000),
        ) {
            let admitted = admitted(limit, &pauses);
            let most = (limit + burst(limit)) as usize;
            for (index, first) in admitted.iter().enumerate() {
                let within = admitted[index..].partition_point(|at| *at < *first + SECOND);
                prop_assert!(within <= most, "{} starts from {:?} on", within, first);
            }
        }

        #[test]
        fn a_generator_that_asks_in_time_gets_the_whole_limit(limit in 1_u32..3000) {
            let asks = vec![(false, 0); limit as usize * 4];
            let admitted = admitted(limit, &asks);
            let first = admitted.iter().filter(|at| **at < SECOND).count();
            prop_assert!(first >= limit as usize, "{} of {}", first, limit);
        }
    }

    #[test]
    fn a_pause_saves_no_more_than_the_burst() {
        let mut bucket = Bucket::new(1000);
        let hour = Duration::from_hours(1);
        let at_once = (0..100).filter(|_| bucket.take(hour).is_ok()).count();
        assert_eq!(at_once, 10);
    }

    #[test]
    fn starts_that_do_not_wait_delay_those_that_do() {
        let mut bucket = Bucket::new(10);
        for _ in 0..11 {
            bucket.owe(Duration::ZERO);
        }
        assert_eq!(
            bucket.take(Duration::ZERO),
            Err(Duration::from_millis(1100))
        );
        assert_eq!(bucket.take(Duration::from_millis(1100)), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn starts_are_admitted_one_after_another() {
        let limit = StartLimit::per_second(4);
        let begun = Instant::now();
        for _ in 0..5 {
            limit.admit().await;
        }
        let took = begun.elapsed();
        assert!(took >= SECOND, "{took:?}");
        assert!(took < SECOND * 2, "{took:?}");
    }
}
