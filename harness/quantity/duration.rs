//! A span of time: `250ms`, `90s`, `2m30s`, `3d`.

use std::fmt;
use std::str::FromStr;

use jiff::{Span, SpanRelativeTo};

use super::{ParseError, textual};

/// A non-negative span of time; a day is 24 hours.
///
/// ```
/// let retention: harness::quantity::Duration = "2m30s".parse()?;
/// assert_eq!(retention.as_std(), std::time::Duration::from_secs(150));
/// assert_eq!(retention.to_string(), "2m30s");
/// # Ok::<(), harness::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(std::time::Duration);

textual!(
    Duration,
    r"^([0-9]+(\.[0-9]+)?(ms|us|ns|s|m|h|d))+$",
    "2m30s"
);

impl Duration {
    /// The duration of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(std::time::Duration::from_secs(seconds))
    }

    /// The duration of whole milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(std::time::Duration::from_millis(milliseconds))
    }

    /// The same span in the standard library's type.
    pub const fn as_std(self) -> std::time::Duration {
        self.0
    }

    /// The duration to about three digits, for people: `12.3ms`, `1.20s`, `90.0s`.
    ///
    /// ```
    /// let duration = harness::quantity::Duration::from_millis(1204);
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

    /// Seconds, with their fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl From<std::time::Duration> for Duration {
    fn from(duration: std::time::Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for Duration {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new(text, "a duration (such as `250ms`, `90s`, `2m30s`, `3d`)");
        let span: Span = text.parse().map_err(|_| wrong())?;
        let signed = span
            .to_duration(SpanRelativeTo::days_are_24_hours())
            .map_err(|_| wrong())?;
        signed.try_into().map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Duration {
    /// The shortest text of the same value: units from days down, zero units left out.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u128, &str); 7] = [
            (86_400_000_000_000, "d"),
            (3_600_000_000_000, "h"),
            (60_000_000_000, "m"),
            (1_000_000_000, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
            (1, "ns"),
        ];
        let mut rest = self.0.as_nanos();
        if rest == 0 {
            return out.write_str("0s");
        }
        for (nanoseconds, unit) in UNITS {
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
    fn a_bare_number_or_a_negative_span_is_refused() {
        for text in ["90", "", "-5s", "fast", "1 fortnight"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(nanoseconds in 0..=i64::MAX.unsigned_abs()) {
            let duration = Duration(std::time::Duration::from_nanos(nanoseconds));
            prop_assert_eq!(duration.to_string().parse::<Duration>(), Ok(duration));
        }
    }
}
