//! A rate of events: `50/s`, `3000/min`.

use std::fmt;
use std::str::FromStr;

use super::number::decimal;
use super::{ParseError, textual};

/// A finite number of events per second, not negative.
///
/// ```
/// let rate: model::quantity::Rate = "3000/min".parse()?;
/// assert_eq!(rate.per_second(), 50.0);
/// assert_eq!(rate.to_string(), "50/s");
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Rate(f64);

textual!(Rate, r"^[0-9]{1,15}(\.[0-9]{1,40})?/(s|min|h)$", "50/s");

impl Rate {
    pub const fn per_second(self) -> f64 {
        self.0
    }

    /// The greater one of two rates.
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

impl FromStr for Rate {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new(text, "a rate (such as `50/s` or `3000/min`)");
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let number = decimal(number).ok_or_else(wrong)?;
        let seconds = match unit {
            "s" => 1.0,
            "min" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        Ok(Self(number / seconds))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_without_a_unit_or_without_a_finite_number_is_rejected() {
        for text in [
            "50", "50/day", "-1/s", "inf/s", "NaN/s", "/s", "50 / s", "5e1/s",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn formatting_and_parsing_round_trip(per_second in 1e-6..1e9_f64) {
            prop_assert_eq!(Rate(per_second).to_string().parse::<Rate>(), Ok(Rate(per_second)));
        }
    }
}
