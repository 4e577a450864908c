//! Arrivals that are not sent are recorded in batches: a rate that the server or the generator cannot
//! follow leaves millions of them, and a record for each would fill memory and disk.

use std::time::Duration;

use temporal::Frontend;

use super::Unsent;
use super::attempt::Lane;
use super::unsent::Cause;

/// The longest time between the first arrival of a batch and its last.
const SPAN: Duration = Duration::from_millis(100);

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
        let unsent = Unsent {
            arrivals: batch.arrivals,
            last_intended: batch.last_intended,
            cause: batch.cause,
        };
        self.lane
            .leave_out(batch.sequence, batch.intended, batch.seen, unsent);
    }
}
