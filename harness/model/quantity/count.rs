//! A count, written as a string: `0`, `25`.

use std::fmt;
use std::str::FromStr;

use super::number::digits;
use super::{ParseError, textual};

/// A whole number of at most 18 digits, written as a string.
///
/// ```
/// let dropped: model::quantity::Count = "25".parse()?;
/// assert_eq!(dropped.get(), 25);
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(u64);

textual!(Count, r"^[0-9]{1,18}$", "0");

impl Count {
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Count {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let number = digits(text, 18).then(|| text.parse().ok()).flatten();
        number
            .map(Self)
            .ok_or_else(|| ParseError::new(text, "a whole number"))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}
