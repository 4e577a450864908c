//! Exponential backoff: the pauses between the attempts of a call.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The longest pause after the first attempt.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause after any attempt.
const LONGEST: Duration = Duration::from_secs(5);

/// The pauses of one caller. Their upper bound doubles with each attempt, up to a maximum.
#[derive(Debug)]
pub struct Pace<W> {
    who: W,
    tries: u32,
}

impl<W: Hash> Pace<W> {
    /// Starts before the first attempt. `who` identifies the caller and seeds its jitter.
    pub fn new(who: W) -> Self {
        Self { who, tries: 0 }
    }

    /// Pauses after an attempt.
    pub async fn wait(&mut self) {
        let pause = self.next();
        sleep(pause).await;
    }

    /// Pauses after an attempt if another one can begin before `until`. Returns whether it can.
    pub async fn wait_before(&mut self, until: Instant) -> bool {
        let pause = self.next();
        let left = until.saturating_duration_since(Instant::now());
        if left <= pause {
            return false;
        }
        sleep(pause).await;
        true
    }

    fn next(&mut self) -> Duration {
        let pause = pause(&self.who, self.tries);
        self.tries = self.tries.saturating_add(1);
        pause
    }
}

/// The pause after attempt number `tries`, counted from 0. Its upper bound doubles with each attempt
/// up to five seconds. The pause lies in the upper half of that bound, so that callers that were
/// refused at the same time do not retry at the same time. It is deterministic for each caller
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>, equal jitter).
fn pause(who: &impl Hash, tries: u32) -> Duration {
    let whole = FIRST
        .saturating_mul(2_u32.saturating_pow(tries))
        .min(LONGEST);
    let mut hasher = DefaultHasher::new();
    (who, tries).hash(&mut hasher);
    let spread = u32::try_from(hasher.finish() % 1024).expect("the value is less than 1024");
    whole / 2 + whole / 2 * spread / 1024
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_is_between_half_of_its_bound_and_its_bound(who: String, tries: u32) {
            let longest = FIRST.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST);
            let pause = pause(&who, tries);
            prop_assert!(longest / 2 <= pause && pause < longest, "{pause:?} of {longest:?}");
        }
    }

    #[test]
    fn callers_that_were_refused_together_do_not_retry_together() {
        let mut pauses: Vec<Duration> = (0..16).map(|who| pause(&who, 4)).collect();
        pauses.sort();
        pauses.dedup();
        assert!(pauses.len() > 8, "{pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_pauses_after_each_attempt_and_does_not_wait_beyond_its_limit() {
        let begun = Instant::now();
        let mut pace = Pace::new("who");
        for _ in 0..3 {
            pace.wait().await;
        }
        let three: Duration = (0..3).map(|tries| pause(&"who", tries)).sum();
        let rounding = Duration::from_millis(3);
        let waited = begun.elapsed();
        assert!(
            three <= waited && waited <= three + rounding,
            "{waited:?} of {three:?}"
        );
        let until = Instant::now() + Duration::from_secs(1);
        while pace.wait_before(until).await {
            assert!(Instant::now() < until + rounding);
        }
        assert!(begun.elapsed() > waited, "there was time for one more");
        assert!(!pace.wait_before(Instant::now()).await);
    }
}
