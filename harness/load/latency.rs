//! Latencies of iterations, as histograms that can be merged. Pure.
//!
//! When the client gives up on an iteration, its latency is longer than the measured time by an
//! unknown amount: it is right-censored, in the terms of survival analysis. Censored values are kept
//! apart, and percentiles are bounds that hold for every possible value. An estimator such as
//! Kaplan-Meier does not apply: it assumes that censored values are distributed like the others, but
//! a client gives up on the slow ones.

use std::time::Duration;

use hdrhistogram::Histogram;
use model::quantity;

use super::{Iteration, Percentile, Percentiles, WorkflowOutcome};

const SIGNIFICANT_DIGITS: u8 = 3;
/// The longest duration that can be recorded, about 35 years; longer ones count as this.
const LONGEST: u64 = 1 << 50;

/// Durations from 1 µs on with three significant digits. Of some, only a lower bound is known.
///
/// Percentiles are exact to a thousandth of their value. Do not average percentiles: merge the
/// histograms, then compute the percentile.
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies {
    known: Histogram<u64>,
    /// The lower bounds of censored durations.
    censored: Histogram<u64>,
}

impl Default for Latencies {
    fn default() -> Self {
        let empty =
            || Histogram::new(SIGNIFICANT_DIGITS).expect("the precision is a valid constant");
        Self {
            known: empty(),
            censored: empty(),
        }
    }
}

impl Latencies {
    pub fn record(&mut self, duration: Duration) {
        self.record_many(duration, 1);
    }

    /// Adds `count` equal durations.
    pub fn record_many(&mut self, duration: Duration, count: u64) {
        add(&mut self.known, duration, count);
    }

    /// Adds `count` durations of which only the lower bound is known.
    pub fn record_longer(&mut self, bound: Duration, count: u64) {
        add(&mut self.censored, bound, count);
    }

    /// Adds the generator delay of `arrivals` arrivals of an iteration.
    pub fn record_generator_delay(&mut self, iteration: &Iteration, arrivals: u64) {
        let delay = iteration.generator_delay();
        match iteration.outcome() {
            WorkflowOutcome::NotSent(_) => self.record_longer(delay, arrivals),
            _ => self.record_many(delay, arrivals),
        }
    }

    /// Adds all durations of `other`.
    pub fn merge(&mut self, other: &Self) {
        merge(&mut self.known, &other.known);
        merge(&mut self.censored, &other.censored);
    }

    /// The number of durations, censored ones included.
    pub fn count(&self) -> u64 {
        self.known.len() + self.censored.len()
    }

    /// The number of durations of which only a lower bound is known.
    pub fn censored(&self) -> u64 {
        self.censored.len()
    }

    /// The duration that `permille` thousandths of all durations do not exceed, by the nearest rank;
    /// `None` if there are no durations.
    ///
    /// In the best case each censored duration equals its lower bound; in the worst case it exceeds
    /// all others. The result has the percentile of both cases as its bounds.
    pub fn percentile(&self, permille: u64) -> Option<Percentile> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = (u128::from(count) * u128::from(permille)).div_ceil(1000);
        let rank = u64::try_from(rank).map_or(count, |rank| rank.clamp(1, count));
        let at_most = (rank <= self.known.len()).then(|| at_rank(&self.known, rank));
        let at_least = match at_most {
            Some(known) if self.censored.is_empty() => known,
            _ => {
                let mut best = self.known.clone();
                merge(&mut best, &self.censored);
                at_rank(&best, rank)
            }
        };
        Some(Percentile { at_least, at_most })
    }

    /// The usual percentiles; `None` if there are no durations.
    pub fn percentiles(&self) -> Option<Percentiles> {
        Some(Percentiles {
            count: self.count(),
            censored: self.censored(),
            p50: self.percentile(500)?,
            p90: self.percentile(900)?,
            p99: self.percentile(990)?,
            p999: self.percentile(999)?,
            max: self.percentile(1000)?,
        })
    }
}

fn add(histogram: &mut Histogram<u64>, duration: Duration, count: u64) {
    let microseconds = u64::try_from(duration.as_micros()).unwrap_or(LONGEST);
    histogram
        .record_n(microseconds.clamp(1, LONGEST), count)
        .expect("a histogram resizes automatically");
}

fn merge(histogram: &mut Histogram<u64>, other: &Histogram<u64>) {
    histogram
        .add(other)
        .expect("all histograms here have the same precision and resize automatically");
}

/// The value at a rank, which counts from 1. The histogram must have at least `rank` values.
fn at_rank(histogram: &Histogram<u64>, rank: u64) -> quantity::Duration {
    let mut seen = 0;
    let found = histogram.iter_recorded().find(|step| {
        seen += step.count_since_last_iteration();
        seen >= rank
    });
    let microseconds = found.map_or_else(|| histogram.max(), |step| step.value_iterated_to());
    Duration::from_micros(histogram.highest_equivalent(microseconds)).into()
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

/// The latencies of iterations, in four views. In each, iterations on which the client gave up count
/// as censored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IterationLatencies {
    /// From the intended start to the close: the latency that a user saw. An iteration that failed or
    /// was refused counts as an error and has no latency.
    pub response: Latencies,
    /// From the actual start to the close, of the same iterations: the server's share.
    pub service: Latencies,
    /// From the actual start to its acknowledgement.
    pub start: Latencies,
    /// From the intended start to when the generator sent or dropped the arrival: the generator's
    /// share.
    pub generator_delay: Latencies,
}

impl IterationLatencies {
    /// Adds one iteration to the views it belongs to. `arrivals` is how many arrivals of the record to
    /// count: 1 if it was sent.
    pub fn record(&mut self, iteration: &Iteration, arrivals: u64) {
        self.generator_delay
            .record_generator_delay(iteration, arrivals);
        let Some(service) = iteration.service_time() else {
            return;
        };
        self.start.extend(iteration.start_latency());
        if iteration.is_completed() {
            self.response.record(iteration.latency());
            self.service.record(service);
        } else if iteration.is_given_up() {
            self.response.record_longer(iteration.latency(), 1);
            self.service.record_longer(service, 1);
            if iteration.acknowledged().is_none() {
                self.start.record_longer(service, 1);
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.start.merge(&other.start);
        self.generator_delay.merge(&other.generator_delay);
    }
}

impl<'a> FromIterator<&'a Iteration> for IterationLatencies {
    fn from_iter<T: IntoIterator<Item = &'a Iteration>>(iterations: T) -> Self {
        let mut latencies = Self::default();
        for iteration in iterations {
            latencies.record(iteration, iteration.arrivals());
        }
        latencies
    }
}

#[cfg(test)]
mod tests;
