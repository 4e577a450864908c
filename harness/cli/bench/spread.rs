//! The spread of several measurements.

use std::time::Duration;

use serde::Serialize;

use super::seconds;

/// Minimum, median and maximum of durations, in seconds. Serialized in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    #[serde(rename = "min-ms", serialize_with = "seconds::in_milliseconds")]
    pub min: f64,
    /// Of an even number of values, the mean of the middle two.
    #[serde(rename = "median-ms", serialize_with = "seconds::in_milliseconds")]
    pub median: f64,
    #[serde(rename = "max-ms", serialize_with = "seconds::in_milliseconds")]
    pub max: f64,
}

impl Spread {
    /// `None` without durations.
    pub fn of(durations: &[Duration]) -> Option<Self> {
        let mut seconds: Vec<f64> = durations.iter().map(Duration::as_secs_f64).collect();
        seconds.sort_by(f64::total_cmp);
        let (min, max) = (*seconds.first()?, *seconds.last()?);
        let middle = seconds.len() / 2;
        let median = if seconds.len() % 2 == 1 {
            seconds[middle]
        } else {
            f64::midpoint(seconds[middle - 1], seconds[middle])
        };
        Some(Self { min, median, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(milliseconds: &[u64]) -> Option<Spread> {
        let durations: Vec<Duration> = milliseconds
            .iter()
            .copied()
            .map(Duration::from_millis)
            .collect();
        Spread::of(&durations)
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(spread(&[]), None);
        let odd = spread(&[3000, 1000, 2000]).expect("not empty");
        assert_eq!((odd.min, odd.median, odd.max), (1.0, 2.0, 3.0));
        let even = spread(&[4000, 1000, 2000, 3000]).expect("not empty");
        assert_eq!((even.min, even.median, even.max), (1.0, 2.5, 4.0));
    }
}
