//! The arrivals of an open loop. Pure: the same seed gives the same arrivals on every machine.

use std::time::Duration;

use model::quantity::Rate;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::Arrivals;

/// The arrivals within a window, in order, as offsets from its beginning.
///
/// Every arrival is computed from its position, a fixed-point number of mean gaps, so that rounding
/// errors do not accumulate over a long run.
///
/// ```
/// use std::time::Duration;
/// use load::{Arrivals, Schedule};
///
/// let schedule = Schedule::new(Arrivals::Uniform, "4/s".parse()?, Duration::from_secs(1), 42);
/// let offsets: Vec<_> = schedule.map(|offset| offset.as_millis()).collect();
/// assert_eq!(offsets, [0, 250, 500, 750]);
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Schedule {
    process: Process,
    rate: Rate,
    window: Duration,
}

/// Generates the positions of the arrivals. A position is a number of mean gaps, stored as a
/// `Duration` in which one second is one gap: an exact sum in units of a billionth of a gap.
#[derive(Debug, Clone)]
enum Process {
    Uniform {
        next: Duration,
    },
    Poisson {
        last: Duration,
        generator: Box<ChaCha8Rng>,
    },
}

impl Schedule {
    /// The arrivals at `rate` within `window`. Only random arrivals use the seed.
    pub fn new(arrivals: Arrivals, rate: Rate, window: Duration, seed: u64) -> Self {
        let process = match arrivals {
            Arrivals::Uniform => Process::Uniform {
                next: Duration::ZERO,
            },
            Arrivals::Poisson => Process::Poisson {
                last: Duration::ZERO,
                generator: Box::new(ChaCha8Rng::seed_from_u64(seed)),
            },
        };
        Self {
            process,
            rate,
            window,
        }
    }
}

impl Process {
    fn advance(&mut self) -> Duration {
        match self {
            Self::Uniform { next } => {
                let position = *next;
                *next = position.saturating_add(Duration::from_secs(1));
                position
            }
            Self::Poisson { last, generator } => {
                // Inverse transform sampling of the exponential distribution with mean 1. The
                // argument of the logarithm is in (0, 1].
                let gap = -(1.0 - generator.random::<f64>()).ln();
                *last = last.saturating_add(Duration::from_secs_f64(gap.max(0.0)));
                *last
            }
        }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let seconds = self.process.advance().as_secs_f64() / self.rate.per_second();
        // An offset that does not fit in a duration is outside every window.
        let offset = Duration::try_from_secs_f64(seconds).ok()?;
        (offset < self.window).then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schedule(arrivals: Arrivals, per_second: u32, window: Duration, seed: u64) -> Vec<Duration> {
        let rate = format!("{per_second}/s").parse().expect("a positive rate");
        Schedule::new(arrivals, rate, window, seed).collect()
    }

    fn arrivals() -> impl Strategy<Value = Arrivals> {
        prop_oneof![Just(Arrivals::Uniform), Just(Arrivals::Poisson)]
    }

    #[test]
    fn the_hundred_thousandth_arrival_is_as_exact_as_the_first() {
        let offsets = schedule(Arrivals::Uniform, 3, Duration::from_secs(40_000), 0);
        assert_eq!(offsets.len(), 120_000);
        assert_eq!(offsets[99_999], Duration::from_secs(33_333));
    }

    #[test]
    fn a_rate_too_low_for_the_window_still_ends() {
        let rate = "0.000000000000000000001/h"
            .parse()
            .expect("a positive rate");
        let schedule = Schedule::new(Arrivals::Uniform, rate, Duration::MAX, 0);
        assert_eq!(schedule.collect::<Vec<_>>(), [Duration::ZERO]);
    }

    /// In an exponential distribution the standard deviation equals the mean.
    #[test]
    fn random_gaps_are_exponential() {
        let offsets = schedule(Arrivals::Poisson, 1, Duration::from_secs(100_000), 7);
        let gaps: Vec<f64> = offsets
            .windows(2)
            .map(|pair| pair[1].abs_diff(pair[0]).as_secs_f64())
            .collect();
        let count = f64::from(u32::try_from(gaps.len()).expect("few enough"));
        let mean = gaps.iter().sum::<f64>() / count;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
        assert!((mean - 1.0).abs() < 0.02, "mean {mean}");
        assert!((variance.sqrt() - 1.0).abs() < 0.02, "variance {variance}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn even_arrivals_are_exactly_rate_times_window(
            per_second in 1..2000_u32,
            seconds in 1..20_u32,
        ) {
            let window = Duration::from_secs(seconds.into());
            let offsets = schedule(Arrivals::Uniform, per_second, window, 0);
            prop_assert_eq!(offsets.len(), (per_second * seconds) as usize);
        }

        #[test]
        fn random_arrivals_conserve_the_rate(
            per_second in 1..2000_u32,
            seconds in 1..20_u32,
            seed: u64,
        ) {
            let window = Duration::from_secs(seconds.into());
            let offsets = schedule(Arrivals::Poisson, per_second, window, seed);
            let count = f64::from(u32::try_from(offsets.len()).expect("few enough"));
            let mean = f64::from(per_second * seconds);
            // Six standard deviations, and a margin for the long tail of small means.
            prop_assert!((count - mean).abs() < 6.0 * mean.sqrt() + 8.0, "{count} of {mean}");
        }

        #[test]
        fn arrivals_are_in_order_and_inside_the_window(
            arrivals in arrivals(),
            per_second in 1..5000_u32,
            milliseconds in 0..3000_u64,
            seed: u64,
        ) {
            let window = Duration::from_millis(milliseconds);
            let offsets = schedule(arrivals, per_second, window, seed);
            prop_assert!(offsets.is_sorted());
            prop_assert!(offsets.iter().all(|offset| *offset < window));
        }

        #[test]
        fn the_seed_alone_determines_the_arrivals(seed: u64, other: u64) {
            prop_assume!(seed != other);
            let of = |seed| schedule(Arrivals::Poisson, 100, Duration::from_secs(5), seed);
            prop_assert_eq!(of(seed), of(seed));
            prop_assert_ne!(of(seed), of(other));
        }
    }
}
