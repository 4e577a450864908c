//! How long iterations took, as histograms that can be merged. Pure.
//!
//! What was given up on took longer than what was measured, and nobody knows how much longer: in
//! the terms of survival analysis it is right-censored. Such values are kept apart, and a
//! percentile is what it is whatever they really were: no estimate, such as Kaplan and Meier's,
//! since a client gives up on those that are slow, so that what is censored is not like the rest.

use std::time::Duration;

use hdrhistogram::Histogram;
use model::quantity;

use super::{Iteration, Percentile, Percentiles, WorkflowOutcome};

const SIGNIFICANT_DIGITS: u8 = 3;
/// The longest duration that is told from longer ones, about 35 years.
const LONGEST: u64 = 1 << 50;

/// Durations of 1 µs and more with three significant digits, of which some are only known to be
/// longer than a bound.
///
/// Percentiles are exact to a thousandth of their value. They are never averaged: merge
/// histograms, then ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies {
    known: Histogram<u64>,
    /// The lower bounds of durations that are not known.
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
    /// Adds one duration.
    pub fn record(&mut self, duration: Duration) {
        self.record_many(duration, 1);
    }

    /// Adds so many equal durations.
    pub fn record_many(&mut self, duration: Duration, count: u64) {
        add(&mut self.known, duration, count);
    }

    /// Adds so many durations of which it is only known that they are longer than a bound.
    pub fn record_longer(&mut self, bound: Duration, count: u64) {
        add(&mut self.censored, bound, count);
    }

    /// Adds how late the generator was with so many arrivals of an iteration.
    pub fn record_generator_delay(&mut self, iteration: &Iteration, arrivals: u64) {
        let delay = iteration.generator_delay();
        match iteration.outcome() {
            WorkflowOutcome::NotSent(_) => self.record_longer(delay, arrivals),
            _ => self.record_many(delay, arrivals),
        }
    }

    /// Adds all durations of another.
    pub fn merge(&mut self, other: &Self) {
        merge(&mut self.known, &other.known);
        merge(&mut self.censored, &other.censored);
    }

    /// How many durations there are.
    pub fn count(&self) -> u64 {
        self.known.len() + self.censored.len()
    }

    /// Of how many only a lower bound is known.
    pub fn censored(&self) -> u64 {
        self.censored.len()
    }

    /// The duration that `permille` thousandths of all do not exceed, by the nearest rank; `None`
    /// if there are none.
    ///
    /// The durations that are not known are at their bounds in the best case, and beyond all
    /// others in the worst. The value is what both make of it.
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
        .expect("a histogram grows as it must");
}

fn merge(histogram: &mut Histogram<u64>, other: &Histogram<u64>) {
    histogram
        .add(other)
        .expect("all histograms here have the same precision, and grow as they must");
}

/// The value of a rank, counted from 1, of a histogram that has so many.
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

/// The latencies of iterations, in four views. In each, what was given up on is longer than what
/// was measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IterationLatencies {
    /// From the intended start to the close: what a user saw. An iteration that failed or was
    /// refused is an error, not a latency.
    pub response: Latencies,
    /// From the actual start to the close, of the same iterations: what the server is to blame for.
    pub service: Latencies,
    /// From the actual start to its acknowledgement.
    pub start: Latencies,
    /// From the intended start to when the generator came to it, be it that it sent or dropped it:
    /// what the generator is to blame for.
    pub generator_delay: Latencies,
}

impl IterationLatencies {
    /// Adds one iteration to the views it belongs to, as `arrivals` of them: one, if it was sent.
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

    /// Adds everything of another.
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
