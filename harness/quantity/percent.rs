//! A share of a whole: `0.1%`.

use std::fmt;
use std::str::FromStr;

use super::{ParseError, textual};

/// A share, written in percent and kept as it was written; `100%` is the whole.
///
/// ```
/// let share: harness::quantity::Percent = "95%".parse()?;
/// assert_eq!(share.fraction(), 0.95);
/// # Ok::<(), harness::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(f64);

textual!(Percent, r"^[0-9]+(\.[0-9]+)?%$", "0.1%");

impl Percent {
    /// The share as a fraction of one.
    pub fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl FromStr for Percent {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new(text, "a percentage (such as `0.1%`)");
        let number: f64 = text
            .strip_suffix('%')
            .and_then(|number| number.trim().parse().ok())
            .ok_or_else(wrong)?;
        (number.is_finite() && number >= 0.0)
            .then_some(Self(number))
            .ok_or_else(wrong)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}%", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_its_sign_is_refused() {
        assert!("50".parse::<Percent>().is_err());
        assert!("-1%".parse::<Percent>().is_err());
    }
}
