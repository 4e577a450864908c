//! Records unsent arrivals in batches. If the server or the generator cannot keep up with the rate,
//! there are millions of them, and a record for each would fill memory and disk.

use std::time::Duration;

use temporal::Frontend;

use super::Unsent;
use super::generator::Generator;
use super::unsent::Cause;

/// The longest time between the first and the last arrival of a batch.
const SPAN: Duration = Duration::from_millis(100);

/// A batch that may still grow.
struct Batch {
    cause: Cause,
    sequence: u64,
    intended: Duration,
    /// When the generator reached the first arrival.
    seen: Duration,
    arrivals: u64,
    last_intended: Duration,
    /// Arrivals due from here on belong to another batch.
    until: Duration,
}

/// Collects the unsent arrivals of a generator in batches, and records each batch when it is
/// complete.
pub(super) struct Batches<'a, F> {
    generator: &'a Generator<F>,
    open: Option<Batch>,
}

impl<'a, F: Frontend> Batches<'a, F> {
    pub(super) fn new(generator: &'a Generator<F>) -> Self {
        Self {
            generator,
            open: None,
        }
    }

    /// Records the open batch, unless the next arrival can still join it. Call this before each wait,
    /// so that a record is at most one batch span late.
    pub(super) fn close_before(&mut self, intended: Duration) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| intended >= open.until)
        {
            self.close();
        }
    }

    /// Adds an arrival. Its sequence number follows that of the last arrival.
    pub(super) fn add(&mut self, cause: Cause, sequence: u64, intended: Duration) {
        self.close_before(intended);
        if let Some(open) = self.open.as_mut().filter(|open| open.cause == cause) {
            open.arrivals += 1;
            open.last_intended = intended;
            return;
        }
        self.close();
        let phase = self.generator.run.timeline.phase_at(intended);
        let phase_end = phase.map_or(intended, |phase| phase.offset + phase.length);
        self.open = Some(Batch {
            cause,
            sequence,
            intended,
            seen: self.generator.now(),
            arrivals: 1,
            last_intended: intended,
            until: phase_end.min(intended + SPAN),
        });
    }

    /// Records the open batch, if there is one.
    pub(super) fn close(&mut self) {
        let Some(batch) = self.open.take() else {
            return;
        };
        let unsent = Unsent {
            arrivals: batch.arrivals,
            last_intended: batch.last_intended,
            cause: batch.cause,
            message: None,
        };
        self.generator
            .record_unsent(batch.sequence, batch.intended, batch.seen, unsent);
    }
}
