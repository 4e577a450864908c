//! Arrivals that are not sent, recorded in batches: a rate that the server or the generator cannot
//! follow leaves millions of them, and a record for each would fill memory and disk.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::attempt::Lane;
use super::{Operation, Outcome};
use crate::temporal::Frontend;

/// The longest time between the first arrival of a batch and its last.
const SPAN: Duration = Duration::from_millis(100);

/// Consecutive arrivals of one phase of which none was sent. The record that holds it has the
/// sequence number, the workflow id and the intended start of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unsent {
    /// How many arrivals.
    pub arrivals: u64,
    /// When the last of them was to start; those between count as evenly spread.
    pub last_intended: Duration,
    /// Why they were not sent.
    pub why: String,
}

impl Unsent {
    /// How many of the arrivals were to start within `window`, if the first was at `first`.
    pub(super) fn within(&self, first: Duration, window: &Range<Duration>) -> u64 {
        self.before(first, window.end)
            .saturating_sub(self.before(first, window.start))
    }

    /// How many were to start before `moment`.
    fn before(&self, first: Duration, moment: Duration) -> u64 {
        if moment > self.last_intended {
            return self.arrivals;
        }
        let Some(since) = moment.checked_sub(first).filter(|since| !since.is_zero()) else {
            return 0;
        };
        // The arrival with index i is at i/gaps of the length; those with i < since*gaps/length
        // are before.
        let length = self.last_intended.saturating_sub(first).as_nanos().max(1);
        let gaps = u128::from(self.arrivals.saturating_sub(1));
        let before = (since.as_nanos() * gaps).div_ceil(length);
        u64::try_from(before).map_or(self.arrivals, |before| before.min(self.arrivals))
    }
}

/// What keeps an arrival from being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// As many as allowed are in flight.
    Full,
    /// The load has ended.
    Ended,
}

/// The batch that is being put together.
struct Batch {
    cause: Cause,
    sequence: u64,
    intended: Duration,
    /// When the generator came to the first arrival.
    seen: Duration,
    arrivals: u64,
    last_intended: Duration,
    /// The first intended start that is too late for it.
    until: Duration,
}

/// Puts the unsent arrivals of a lane into batches and records each once it is whole.
pub(super) struct Batches<'a, F> {
    lane: &'a Lane<F>,
    open: Option<Batch>,
}

impl<'a, F: Frontend> Batches<'a, F> {
    pub(super) fn new(lane: &'a Lane<F>) -> Self {
        Self { lane, open: None }
    }

    /// Records what is open unless the arrival that comes next may join it. To be called before a
    /// wait, so that no record comes later than the span of a batch.
    pub(super) fn close_before(&mut self, intended: Duration) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| intended >= open.until)
        {
            self.close();
        }
    }

    /// Adds the arrival that follows the last one.
    pub(super) fn add(&mut self, cause: Cause, sequence: u64, intended: Duration) {
        self.close_before(intended);
        if let Some(open) = self.open.as_mut().filter(|open| open.cause == cause) {
            open.arrivals += 1;
            open.last_intended = intended;
            return;
        }
        self.close();
        let phase = self.lane.run.timeline.phase_at(intended);
        let phase_end = phase.map_or(intended, |phase| phase.offset + phase.length);
        self.open = Some(Batch {
            cause,
            sequence,
            intended,
            seen: self.lane.now(),
            arrivals: 1,
            last_intended: intended,
            until: phase_end.min(intended + SPAN),
        });
    }

    /// Records what is open.
    pub(super) fn close(&mut self) {
        let Some(batch) = self.open.take() else {
            return;
        };
        let unsent = |why: String| Unsent {
            arrivals: batch.arrivals,
            last_intended: batch.last_intended,
            why,
        };
        let outcome = match batch.cause {
            Cause::Full => Outcome::Dropped(unsent("as many as allowed were in flight".to_owned())),
            Cause::Ended => {
                let late = batch.seen.saturating_sub(batch.intended);
                let late = crate::quantity::Duration::from(late).approximate();
                Outcome::NotSent(unsent(format!(
                    "the load had ended when the generator, {late} late, came to it"
                )))
            }
        };
        self.lane
            .leave_out(batch.sequence, batch.intended, batch.seen, outcome);
    }
}

impl Operation {
    /// How many arrivals it stands for, of those that were to start within `window`: several only
    /// where none was sent.
    pub fn arrivals_within(&self, window: &Range<Duration>) -> u64 {
        match self.outcome.unsent() {
            Some(unsent) => unsent.within(self.intended, window),
            None => u64::from(window.contains(&self.intended)),
        }
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
            why: String::new(),
        }
    }

    #[test]
    fn evenly_spread_arrivals_are_counted_where_they_were() {
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
        /// Whatever the phases are, no arrival is lost and none counts twice.
        #[test]
        fn windows_share_the_arrivals_among_them(
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
