//! The arrivals of an open loop. Pure: the same seed gives the same arrivals on every machine.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{Arrivals, Curve};

/// The arrivals within a window, in order, as offsets from its beginning.
///
/// Every arrival is computed from its position, a fixed-point number of mean gaps, so that rounding
/// errors do not accumulate over a long run. It is due when the area below the rate is its position:
/// random positions then are a Poisson process with that rate (time rescaling; Cinlar, Introduction to
/// Stochastic Processes, 1975, 4.7).
///
/// ```
/// use std::time::Duration;
/// use load::{Arrivals, Curve, Schedule};
///
/// let four = Curve::constant(4.0);
/// let schedule = Schedule::new(Arrivals::Uniform, four, Duration::from_secs(1), 42);
/// let offsets: Vec<_> = schedule.map(|offset| offset.as_millis()).collect();
/// assert_eq!(offsets, [0, 250, 500, 750]);
/// ```
#[derive(Debug, Clone)]
pub struct Schedule {
    process: Process,
    /// Arrivals per second.
    rate: Curve,
    window: Duration,
    last: Duration,
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
    /// The arrivals within `window` at `rate`, per second. Only random arrivals use the seed.
    pub fn new(arrivals: Arrivals, rate: Curve, window: Duration, seed: u64) -> Self {
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
            last: Duration::ZERO,
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
        let position = self.process.advance().as_secs_f64();
        let seconds = self.rate.when_area(position)?;
        // An offset that does not fit in a duration is outside every window.
        let offset = Duration::try_from_secs_f64(seconds).ok()?;
        // Rounding must not put two arrivals into the wrong order.
        self.last = self.last.max(offset);
        (self.last < self.window).then_some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schedule(arrivals: Arrivals, per_second: u32, window: Duration, seed: u64) -> Vec<Duration> {
        let rate = Curve::constant(per_second.into());
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
        let schedule = Schedule::new(Arrivals::Uniform, Curve::constant(1e-25), Duration::MAX, 0);
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

    /// A stage of a ramp, in arrivals per second and milliseconds.
    type Stage = (u32, u64);

    fn ramp(start: u32, stages: &[Stage]) -> Curve {
        let stages = stages.iter();
        let stages =
            stages.map(|(target, length)| (f64::from(*target), Duration::from_millis(*length)));
        Curve::through(start.into(), stages)
    }

    /// The number of arrivals that the stages of a ramp ask for, in halves.
    fn twice_the_area(start: u32, stages: &[Stage]) -> f64 {
        let (mut before, mut area) = (start, 0.0);
        for (target, length) in stages {
            let length = Duration::from_millis(*length).as_secs_f64();
            area += f64::from(before + target) * length;
            before = *target;
        }
        area
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn even_arrivals_of_a_ramp_are_the_area_below_it(
            start in 0..500_u32,
            stages in prop::collection::vec((0..500_u32, 0..5000_u64), 1..5),
        ) {
            let window = Duration::from_millis(stages.iter().map(|(_, length)| length).sum());
            let schedule = Schedule::new(Arrivals::Uniform, ramp(start, &stages), window, 0);
            let count = f64::from(u32::try_from(schedule.count()).expect("few enough"));
            let wanted = twice_the_area(start, &stages) / 2.0;
            prop_assert!((count - wanted).abs() <= 1.0, "{count} of {wanted}");
        }

        /// Every window has its share, not only the whole.
        #[test]
        fn random_arrivals_of_a_ramp_conserve_the_rate_in_every_window(
            start in 0..500_u32,
            stages in prop::collection::vec((0..500_u32, 1..5000_u64), 1..5),
            seed: u64,
        ) {
            let window = Duration::from_millis(stages.iter().map(|(_, length)| length).sum());
            let schedule = Schedule::new(Arrivals::Poisson, ramp(start, &stages), window, seed);
            let offsets: Vec<Duration> = schedule.collect();
            let (mut from, mut before) = (Duration::ZERO, start);
            for stage in stages {
                let until = from + Duration::from_millis(stage.1);
                let within = offsets.iter().filter(|at| (from..until).contains(*at)).count();
                let count = f64::from(u32::try_from(within).expect("few enough"));
                let mean = twice_the_area(before, &[stage]) / 2.0;
                prop_assert!((count - mean).abs() < 6.0 * mean.sqrt() + 8.0, "{count} of {mean}");
                (from, before) = (until, stage.0);
            }
        }

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
