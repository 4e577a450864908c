//! Amounts of money.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Serialize, Serializer};

/// US dollars in whole cents, so that a sum is the sum of the amounts shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Usd {
    cents: i64,
}

impl Usd {
    /// Rounds to the nearest cent.
    pub fn of(dollars: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a monthly bill fits, and a larger amount saturates"
        )]
        let cents = (dollars * 100.0).round() as i64;
        Self { cents }
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cents: self.cents.saturating_add(other.cents),
        }
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:02}", self.cents / 100, self.cents % 100)
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "amounts below ninety trillion dollars are exact"
        )]
        serializer.serialize_f64(self.cents as f64 / 100.0)
    }
}
