//! What a price is for.

use serde::{Deserialize, Serialize};

/// What a price is for, in the words of Azure's price API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// An hour.
    #[serde(rename = "1 Hour")]
    Hour,
    /// A day.
    #[serde(rename = "1/Day")]
    Day,
    /// A month.
    #[serde(rename = "1/Month")]
    Month,
    /// A GiB for a month, which Azure calls a GB.
    #[serde(rename = "1 GB/Month")]
    GibMonth,
}

impl Unit {
    /// How many of it there are in a month, as Azure's own calculator has it.
    pub const fn per_month(self) -> f64 {
        match self {
            Self::Hour => 730.0,
            Self::Day => 30.4,
            Self::Month | Self::GibMonth => 1.0,
        }
    }

    /// What it is called in a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::GibMonth => "GiB and month",
        }
    }
}
