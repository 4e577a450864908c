//! The record of arrivals that were not sent.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Consecutive arrivals of one phase that were not sent. The iteration that holds this has the
/// sequence number, the workflow id and the intended start of the first one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unsent {
    /// The number of arrivals.
    pub arrivals: u64,
    /// The intended start of the last arrival. Those in between count as evenly spread.
    #[serde(rename = "last-intended-ms", with = "crate::offset")]
    pub last_intended: Duration,
    pub cause: Cause,
    /// Why a template could not be filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Why an arrival was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The maximum number of workflows was in flight.
    MaxInFlight,
    /// The load had ended when the generator reached it.
    LoadEnded,
    /// The generator reached it late, and the limit of workflow starts did not admit it then.
    RateLimit,
    /// A template could not be filled for it.
    Template,
}

impl Unsent {
    /// How many of the arrivals were due within `window`, if the first was due at `first`.
    pub(super) fn within(&self, first: Duration, window: &Range<Duration>) -> u64 {
        self.before(first, window.end)
            .saturating_sub(self.before(first, window.start))
    }

    /// How many were due before `moment`.
    fn before(&self, first: Duration, moment: Duration) -> u64 {
        if moment > self.last_intended {
            return self.arrivals;
        }
        let Some(since) = moment.checked_sub(first).filter(|since| !since.is_zero()) else {
            return 0;
        };
        // The arrival with index i is due at i/gaps of the length, so it is due before `moment` if
        // i < since*gaps/length.
        let length = self.last_intended.saturating_sub(first).as_nanos().max(1);
        let gaps = u128::from(self.arrivals.saturating_sub(1));
        let before = (since.as_nanos() * gaps).div_ceil(length);
        u64::try_from(before).map_or(self.arrivals, |before| before.min(self.arrivals))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    fn unsent(arrivals: u64, last_intended: Duration) -> Unsent {
        Unsent {
            arrivals,
            last_intended,
            cause: Cause::MaxInFlight,
            message: None,
        }
    }

    #[test]
    fn evenly_spread_arrivals_are_counted_in_the_windows_in_which_they_were_due() {
        // At 10, 20, 30 and 40 ms.
        let unsent = unsent(4, MILLISECOND * 40);
        let within = |from: u32, until: u32| {
            unsent.within(MILLISECOND * 10, &(MILLISECOND * from..MILLISECOND * until))
        };
        assert_eq!(within(0, 100), 4);
        assert_eq!(within(0, 10), 0);
        assert_eq!(within(0, 11), 1);
        assert_eq!(within(10, 20), 1);
        assert_eq!(within(20, 40), 2);
        assert_eq!(within(25, 41), 2);
        assert_eq!(within(41, 100), 0);
    }

    proptest! {
        #[test]
        fn adjacent_windows_count_every_arrival_exactly_once(
            arrivals in 1..2_000_000_u64,
            first in 0..5_000_u32,
            length in 0..100_u32,
            cut in 0..6_000_u32,
        ) {
            let first = MILLISECOND * first;
            let length = if arrivals == 1 { 0 } else { length };
            let unsent = unsent(arrivals, first + MILLISECOND * length);
            let before = unsent.within(first, &(Duration::ZERO..MILLISECOND * cut));
            let after = unsent.within(first, &(MILLISECOND * cut..MILLISECOND * 10_000));
            prop_assert_eq!(before + after, arrivals);
        }
    }
}
