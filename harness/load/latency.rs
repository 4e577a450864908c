//! How long operations took, as histograms that can be merged. Pure.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::{Operation, Outcome};
use crate::quantity;
use crate::temporal::Status;

const MICROSECONDS_PER_HOUR: u64 = 3_600_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// Durations from 1 µs to 1 h with three significant digits; what lies outside counts as the
/// nearest bound.
///
/// Percentiles are exact to a thousandth of their value. They are never averaged: merge
/// histograms, then ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies(Histogram<u64>);

/// The usual view of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Percentiles {
    /// How many durations it is about.
    pub count: u64,
    /// Median.
    pub p50: quantity::Duration,
    /// 90th percentile.
    pub p90: quantity::Duration,
    /// 99th percentile.
    pub p99: quantity::Duration,
    /// 99.9th percentile.
    pub p999: quantity::Duration,
    /// Longest.
    pub max: quantity::Duration,
}

impl Default for Latencies {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, MICROSECONDS_PER_HOUR, SIGNIFICANT_DIGITS)
            .expect("the bounds and the precision are valid constants");
        Self(histogram)
    }
}

impl Latencies {
    /// Adds one duration.
    pub fn record(&mut self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(microseconds.max(1));
    }

    /// Adds all durations of another histogram.
    pub fn merge(&mut self, other: &Self) {
        self.0
            .add(&other.0)
            .expect("all histograms here have the same bounds");
    }

    /// How many durations there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The duration that `percentile` percent of all do not exceed; `None` if there are none.
    pub fn percentile(&self, percentile: f64) -> Option<Duration> {
        (!self.0.is_empty()).then(|| Duration::from_micros(self.0.value_at_percentile(percentile)))
    }

    /// The usual percentiles; `None` if there are no durations.
    pub fn percentiles(&self) -> Option<Percentiles> {
        let at = |percentile| self.percentile(percentile).map(quantity::Duration::from);
        Some(Percentiles {
            count: self.count(),
            p50: at(50.0)?,
            p90: at(90.0)?,
            p99: at(99.0)?,
            p999: at(99.9)?,
            max: at(100.0)?,
        })
    }
}

impl Extend<Duration> for Latencies {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, durations: T) {
        for duration in durations {
            self.record(duration);
        }
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(durations: T) -> Self {
        let mut latencies = Self::default();
        latencies.extend(durations);
        latencies
    }
}

/// The latencies of operations, in four views.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OperationLatencies {
    /// From the intended start to the close: what a user saw. An operation that was given up on
    /// counts with the time until then; one that failed or was refused is an error, not a latency.
    pub response: Latencies,
    /// From the actual start to the close, of the same operations: what the server is to blame for.
    pub service: Latencies,
    /// From the actual start to its acknowledgement.
    pub start: Latencies,
    /// From the intended to the actual start of everything that was sent: what the generator is to
    /// blame for.
    pub generator_delay: Latencies,
}

impl OperationLatencies {
    /// Adds one operation to the views it belongs to.
    pub fn record(&mut self, operation: &Operation) {
        self.start.extend(operation.start_latency());
        self.generator_delay.record(operation.generator_delay());
        let counts = match &operation.outcome {
            Outcome::Closed(close) => close.status == Status::Completed,
            Outcome::Open(_) => true,
            Outcome::Unknown(failure) => failure.is_timeout(),
            Outcome::Dropped(_) | Outcome::NotSent(_) | Outcome::Refused(_) => false,
        };
        if counts {
            self.response.record(operation.latency());
            self.service.extend(operation.service_time());
        }
    }

    /// Adds everything of another.
    pub fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.start.merge(&other.start);
        self.generator_delay.merge(&other.generator_delay);
    }
}

impl<'a> FromIterator<&'a Operation> for OperationLatencies {
    fn from_iter<T: IntoIterator<Item = &'a Operation>>(operations: T) -> Self {
        let mut latencies = Self::default();
        for operation in operations {
            latencies.record(operation);
        }
        latencies
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::load::{CallFailure, Unsent};
    use crate::temporal::Close;

    const MICROSECOND: Duration = Duration::from_micros(1);

    fn operation(outcome: Outcome) -> Operation {
        Operation {
            workload: "w".to_owned(),
            sequence: 0,
            phase: "baseline".to_owned(),
            workflow_id: "w-0".to_owned(),
            run_id: None,
            intended: Duration::from_millis(100),
            started: Some(Duration::from_millis(101)),
            acknowledged: None,
            ended: Duration::from_millis(600),
            expected: None,
            outcome,
        }
    }

    fn failure(code: &str) -> CallFailure {
        CallFailure {
            operation: "start workflow".to_owned(),
            code: code.to_owned(),
            message: "no answer".to_owned(),
        }
    }

    fn closed(status: Status) -> Outcome {
        Outcome::Closed(Close {
            status,
            result: None,
            failure: None,
        })
    }

    #[test]
    fn latency_counts_from_the_intended_start_and_service_time_from_the_actual() {
        let latencies = OperationLatencies::from_iter([&operation(closed(Status::Completed))]);
        let rounded = |latencies: &Latencies| latencies.percentile(50.0).map(|p| p.as_millis());
        assert_eq!(rounded(&latencies.response), Some(500));
        assert_eq!(rounded(&latencies.service), Some(499));
        assert_eq!(rounded(&latencies.generator_delay), Some(1));
        assert_eq!(rounded(&latencies.start), None);
    }

    #[test]
    fn what_timed_out_counts_at_its_timeout_and_what_failed_fast_does_not_count() {
        let counted = |outcome| {
            OperationLatencies::from_iter([&operation(outcome)])
                .response
                .count()
        };
        assert_eq!(counted(Outcome::Open(failure("DeadlineExceeded"))), 1);
        assert_eq!(counted(Outcome::Unknown(failure("Cancelled"))), 1);
        assert_eq!(counted(Outcome::Unknown(failure("Unavailable"))), 0);
        assert_eq!(counted(Outcome::Refused(failure("AlreadyExists"))), 0);
        assert_eq!(counted(closed(Status::Failed)), 0);
        let unsent = Unsent {
            arrivals: 3,
            last_intended: Duration::from_millis(100),
            why: "too many".to_owned(),
        };
        assert_eq!(counted(Outcome::Dropped(unsent.clone())), 0);
        assert_eq!(counted(Outcome::NotSent(unsent)), 0);
    }

    #[test]
    fn durations_outside_the_bounds_count_as_the_bounds() {
        let latencies = Latencies::from_iter([Duration::ZERO, Duration::MAX]);
        let percentiles = latencies.percentiles().expect("two durations");
        assert_eq!(percentiles.count, 2);
        assert_eq!(percentiles.p50.to_string(), "1us");
        assert!(percentiles.max.as_std() >= Duration::from_hours(1));
    }

    proptest! {
        #[test]
        fn merging_loses_nothing(
            left in vec(0..MICROSECONDS_PER_HOUR, 0..200),
            right in vec(0..MICROSECONDS_PER_HOUR, 0..200),
        ) {
            let of = |microseconds: &[u64]| -> Latencies {
                microseconds.iter().copied().map(Duration::from_micros).collect()
            };
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(merged, of(&[left, right].concat()));
        }

        #[test]
        fn a_percentile_is_right_to_a_thousandth(
            mut microseconds in vec(1..MICROSECONDS_PER_HOUR, 1..300),
            percent in 1..=100_usize,
        ) {
            let latencies: Latencies =
                microseconds.iter().copied().map(Duration::from_micros).collect();
            microseconds.sort_unstable();
            let rank = (microseconds.len() * percent).div_ceil(100);
            let exact = Duration::from_micros(microseconds[rank - 1]);
            // The histogram multiplies in floating point, and may so ask for the next rank.
            let next = Duration::from_micros(microseconds[rank.min(microseconds.len() - 1)]);
            let percentile = f64::from(u32::try_from(percent).expect("at most 100"));
            let found = latencies.percentile(percentile).expect("not empty");
            let is_near = |exact: Duration| found.abs_diff(exact) <= exact / 1000 + MICROSECOND;
            prop_assert!(is_near(exact) || is_near(next), "{found:?} for {exact:?}");
        }
    }
}
