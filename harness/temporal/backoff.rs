//! The pauses between the tries of a call.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The longest pause after the first try.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause of all.
const LONGEST: Duration = Duration::from_secs(5);

/// The pauses of one caller, each longer than the one before.
#[derive(Debug)]
pub struct Pace<W> {
    who: W,
    tries: u32,
}

impl<W: Hash> Pace<W> {
    /// Before the first try; `who` is what tells one caller from the other.
    pub fn new(who: W) -> Self {
        Self { who, tries: 0 }
    }

    /// Pauses after a try.
    pub async fn wait(&mut self) {
        let pause = self.next();
        sleep(pause).await;
    }

    /// Pauses after a try if another one can begin before `until`; says whether it can.
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

/// The pause after try number `tries`, counted from 0: it doubles from one try to the next up to
/// five seconds, and is spread over its upper half, so that those who were refused together do not
/// come again together. The same caller pauses the same
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>, equal jitter).
fn pause(who: &impl Hash, tries: u32) -> Duration {
    let whole = FIRST
        .saturating_mul(2_u32.saturating_pow(tries))
        .min(LONGEST);
    let mut hasher = DefaultHasher::new();
    (who, tries).hash(&mut hasher);
    let spread = u32::try_from(hasher.finish() % 1024).expect("less than 1024");
    whole / 2 + whole / 2 * spread / 1024
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_is_at_least_half_of_what_it_may_be_and_never_longer(who: String, tries: u32) {
            let longest = FIRST.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST);
            let pause = pause(&who, tries);
            prop_assert!(longest / 2 <= pause && pause < longest, "{pause:?} of {longest:?}");
        }
    }

    #[test]
    fn callers_that_were_refused_together_do_not_come_again_together() {
        let mut pauses: Vec<Duration> = (0..16).map(|who| pause(&who, 4)).collect();
        pauses.sort();
        pauses.dedup();
        assert!(pauses.len() > 8, "{pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_paces_itself_and_does_not_wait_for_what_begins_too_late() {
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
