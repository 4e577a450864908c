//! A span of time: `250ms`, `90s`, `2m30s`, `3d`.

use std::fmt;
use std::str::FromStr;

use super::number::digits;
use super::{ParseError, textual};

/// A non-negative span of time. A day is 24 hours.
///
/// ```
/// let retention: model::quantity::Duration = "2m30s".parse()?;
/// assert_eq!(retention.as_std(), std::time::Duration::from_secs(150));
/// assert_eq!(retention.to_string(), "2m30s");
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(std::time::Duration);

textual!(
    Duration,
    r"^(?=[0-9])([0-9]{1,7}(\.[0-9]{1,9})?d)?([0-9]{1,9}(\.[0-9]{1,9})?h)?([0-9]{1,10}(\.[0-9]{1,9})?m)?([0-9]{1,12}(\.[0-9]{1,9})?s)?([0-9]{1,15}(\.[0-9]{1,6})?ms)?([0-9]{1,18}(\.[0-9]{1,3})?us)?([0-9]{1,21}ns)?$",
    "2m30s"
);

impl Duration {
    pub const fn from_secs(seconds: u64) -> Self {
        Self(std::time::Duration::from_secs(seconds))
    }

    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(std::time::Duration::from_millis(milliseconds))
    }

    pub const fn as_std(self) -> std::time::Duration {
        self.0
    }

    /// The duration with about three digits, for people: `12.3ms`, `1.20s`, `90.0s`.
    ///
    /// ```
    /// let duration = model::quantity::Duration::from_millis(1204);
    /// assert_eq!(duration.approximate(), "1.20s");
    /// ```
    pub fn approximate(self) -> String {
        let seconds = self.as_secs_f64();
        let (number, unit) = match seconds {
            _ if seconds >= 1.0 => (seconds, "s"),
            _ if seconds >= 1e-3 => (seconds * 1e3, "ms"),
            _ if seconds > 0.0 => (seconds * 1e6, "us"),
            _ => return "0s".to_owned(),
        };
        let digits = if number < 10.0 {
            2
        } else {
            usize::from(number < 100.0)
        };
        format!("{number:.digits$}{unit}")
    }

    pub fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl From<std::time::Duration> for Duration {
    fn from(duration: std::time::Duration) -> Self {
        Self(duration)
    }
}

/// The units, from the longest to the shortest. Each has its symbol, its length in nanoseconds, the
/// maximum number of digits, and the maximum number of digits after the point. The last limit keeps
/// the resolution at a nanosecond.
const UNITS: [(&str, u128, usize, usize); 7] = [
    ("d", 86_400_000_000_000, 7, 9),
    ("h", 3_600_000_000_000, 9, 9),
    ("m", 60_000_000_000, 10, 9),
    ("s", 1_000_000_000, 12, 9),
    ("ms", 1_000_000, 15, 6),
    ("us", 1_000, 18, 3),
    ("ns", 1, 21, 0),
];

impl FromStr for Duration {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new(text, "a duration (such as `250ms`, `90s`, `2m30s`, `3d`)");
        let mut units = UNITS.iter();
        let mut rest = text;
        let mut nanoseconds = 0;
        loop {
            let letter = |byte: char| byte.is_ascii_alphabetic();
            let (number, after) = rest.split_at(rest.find(letter).ok_or_else(wrong)?);
            let end = after.find(|byte| !letter(byte)).unwrap_or(after.len());
            let (unit, after) = after.split_at(end);
            // Each unit may occur once, after the longer units.
            let unit = units.find(|(name, ..)| *name == unit).ok_or_else(wrong)?;
            nanoseconds += count(number, unit).ok_or_else(wrong)?;
            if after.is_empty() {
                break;
            }
            rest = after;
        }
        let seconds = u64::try_from(nanoseconds / 1_000_000_000).map_err(|_| wrong())?;
        let rest = u32::try_from(nanoseconds % 1_000_000_000).map_err(|_| wrong())?;
        Ok(Self(std::time::Duration::new(seconds, rest)))
    }
}

/// The number of nanoseconds of a number with a unit.
fn count(number: &str, unit: &(&str, u128, usize, usize)) -> Option<u128> {
    let (_, nanoseconds, whole_digits, fraction_digits) = *unit;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) if digits(fraction, fraction_digits) => (whole, fraction),
        Some(_) => return None,
        None => (number, ""),
    };
    if !digits(whole, whole_digits) {
        return None;
    }
    let part = match fraction {
        "" => 0,
        fraction => {
            let parts = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
            fraction.parse::<u128>().ok()? * nanoseconds / parts
        }
    };
    Some(whole.parse::<u128>().ok()? * nanoseconds + part)
}

impl fmt::Display for Duration {
    /// Writes the units from days to nanoseconds, and leaves out those that are zero.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_nanos();
        if rest == 0 {
            return out.write_str("0s");
        }
        for (unit, nanoseconds, ..) in UNITS {
            if rest >= nanoseconds {
                write!(out, "{}{unit}", rest / nanoseconds)?;
                rest %= nanoseconds;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_without_a_unit_or_a_negative_duration_is_rejected() {
        for text in [
            "90",
            "",
            "-5s",
            "fast",
            "1 fortnight",
            "1 day",
            "90 s",
            "P1D",
            "1:30:00",
            "1w",
            "5s ",
            "30s2m",
            "1m1m",
            "0.5ns",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn formatting_and_parsing_round_trip(nanoseconds in 0..=i64::MAX.unsigned_abs()) {
            let duration = Duration(std::time::Duration::from_nanos(nanoseconds));
            prop_assert_eq!(duration.to_string().parse::<Duration>(), Ok(duration));
        }
    }
}
