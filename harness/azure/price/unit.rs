//! The unit of a price.

use serde::{Deserialize, Serialize};

/// The unit of a price, as Azure's price API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    #[serde(rename = "1 Hour")]
    Hour,
    #[serde(rename = "1/Day")]
    Day,
    #[serde(rename = "1/Month")]
    Month,
    /// One GiB for a month. Azure calls it GB.
    #[serde(rename = "1 GB/Month")]
    GibMonth,
}

impl Unit {
    /// The number of these units in a month, as in Azure's pricing calculator.
    pub const fn per_month(self) -> f64 {
        match self {
            Self::Hour => 730.0,
            Self::Day => 30.4,
            Self::Month | Self::GibMonth => 1.0,
        }
    }

    /// The unit in a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::GibMonth => "GiB and month",
        }
    }
}
