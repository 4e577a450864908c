//! How long to pause before a call is made again. Pure.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// The longest pause after the first try.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause of all.
const LONGEST: Duration = Duration::from_secs(5);

/// The pause after try number `tries`, counted from 0: it doubles from one try to the next up to
/// five seconds, and is spread over its upper half, so that those who were refused together do not
/// come again together. `who` is what tells one caller from the other; the same caller pauses the
/// same (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>, equal
/// jitter).
pub fn pause(who: &impl Hash, tries: u32) -> Duration {
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
}
