//! A share of a whole: `0.1%`.

use std::fmt;
use std::str::FromStr;

use super::number::decimal;
use super::{ParseError, textual};

/// A share in percent. `100%` is the whole, and a share may be larger than that. The number is kept
/// in percent, so that it is written as it was read.
///
/// ```
/// let share: model::quantity::Percent = "95%".parse()?;
/// assert_eq!(share.fraction(), 0.95);
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(f64);

textual!(Percent, r"^[0-9]{1,15}(\.[0-9]{1,40})?%$", "0.1%");

impl Percent {
    /// The share as a fraction: `1.0` is the whole.
    pub fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl FromStr for Percent {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let number = text.strip_suffix('%').and_then(decimal);
        number
            .map(Self)
            .ok_or_else(|| ParseError::new(text, "a percentage (such as `0.1%`)"))
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
    fn a_number_without_a_percent_sign_is_rejected() {
        for text in ["50", "-1%", "+1%", "1 %", "1e2%", "inf%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
