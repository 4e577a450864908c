//! An amount of data: `512MiB`, `4GiB`.

use std::fmt;
use std::str::FromStr;

use super::number::digits;
use super::{ParseError, textual};

/// An amount of data. The units are powers of 1024.
///
/// ```
/// let limit: model::quantity::Bytes = "512MiB".parse()?;
/// assert_eq!(limit.get(), 512 * 1024 * 1024);
/// assert_eq!(limit.to_string(), "512MiB");
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(u64);

textual!(Bytes, r"^[0-9]{1,12}(B|KiB|MiB|GiB|TiB)$", "4GiB");

/// Units from the largest down.
const UNITS: [(&str, u64); 5] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

impl Bytes {
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Bytes {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError::new(text, "an amount of data (such as `512MiB`, `4GiB`)");
        let end = text.find(|it: char| !it.is_ascii_digit());
        let (number, unit) = text.split_at(end.ok_or_else(wrong)?);
        let (_, size) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        if !digits(number, 12) {
            return Err(wrong());
        }
        let number: u64 = number.parse().map_err(|_| wrong())?;
        number.checked_mul(*size).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Bytes {
    /// Uses the largest unit that gives a whole number.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, size): &&(&str, u64)| self.0 >= *size && self.0.is_multiple_of(*size);
        let (unit, size) = UNITS.iter().find(whole).unwrap_or(&("B", 1));
        write!(out, "{}{unit}", self.0 / size)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_without_a_unit_or_with_an_unknown_unit_is_rejected() {
        for text in [
            "4",
            "",
            "GiB",
            "-1GiB",
            "1.5GiB",
            "1GB",
            "1 GiB",
            "999999999999TiB",
        ] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn formatting_and_parsing_round_trip(number in 0..1_u64 << 20, unit in 0..5_usize) {
            let bytes = Bytes(number * UNITS[unit].1);
            prop_assert_eq!(bytes.to_string().parse::<Bytes>(), Ok(bytes));
        }
    }
}
