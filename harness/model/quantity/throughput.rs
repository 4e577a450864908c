//! A throughput: `18/s`, or a share of the offered load: `95%`.

use std::fmt;
use std::str::FromStr;

use super::{ParseError, Percent, Rate, textual};

/// A throughput, absolute or relative to the offered load.
///
/// ```
/// use model::quantity::Throughput;
/// assert!(matches!("18/s".parse()?, Throughput::Rate(_)));
/// assert!(matches!("95%".parse()?, Throughput::OfOffered(_)));
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Throughput {
    /// Completions per unit of time.
    Rate(Rate),
    /// Completions as a share of arrivals.
    OfOffered(Percent),
}

textual!(
    Throughput,
    r"^([0-9]{1,15}(\.[0-9]{1,40})?%|(?=[0-9.]*[1-9])[0-9]{1,15}(\.[0-9]{1,40})?/(s|min|h))$",
    "95%"
);

impl FromStr for Throughput {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.ends_with('%') {
            text.parse().map(Self::OfOffered)
        } else {
            let rate: Option<Rate> = text.parse().ok();
            // No throughput is a bound that every run reaches.
            let rate = rate.filter(|rate| rate.per_second() > 0.0);
            rate.map(Self::Rate).ok_or_else(|| {
                ParseError::new(
                    text,
                    "a throughput (such as `18/s`, or `95%` of the offered load)",
                )
            })
        }
    }
}

impl fmt::Display for Throughput {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(rate) => rate.fmt(out),
            Self::OfOffered(share) => share.fmt(out),
        }
    }
}
