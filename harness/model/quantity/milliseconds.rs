//! A duration in documents that programs read: a number of milliseconds, such as `103.2`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Duration;

/// The longest duration in microseconds, about 31 years. Up to this limit, a JSON number can
/// represent every microsecond.
const MOST: u64 = 1_000_000_000_000_000;

/// A duration with a resolution of a microsecond, written as a number of milliseconds with at most
/// three decimals. Conversion cuts off nanoseconds, and limits longer durations to about 31 years.
///
/// ```
/// use model::quantity::Milliseconds;
///
/// let span = Milliseconds::from(std::time::Duration::from_micros(103_200));
/// assert_eq!(serde_json::to_string(&span)?, "103.2");
/// let span: Milliseconds = serde_json::from_str("2000")?;
/// assert_eq!(span.to_string(), "2.00s");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Milliseconds {
    microseconds: u64,
}

impl Milliseconds {
    /// Converts a number of milliseconds, rounded to the nearest microsecond. Returns `None` if the
    /// number is negative, NaN, or larger than the longest duration.
    fn of_number(milliseconds: f64) -> Option<Self> {
        let microseconds = (milliseconds * 1000.0).round();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a 64-bit float represents every whole number up to `MOST`"
        )]
        let fits = milliseconds >= 0.0 && microseconds <= MOST as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to `MOST`"
        )]
        fits.then_some(Self {
            microseconds: microseconds as u64,
        })
    }

    /// The number of milliseconds.
    fn number(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a 64-bit float represents every whole number up to `MOST`"
        )]
        let microseconds = self.microseconds as f64;
        microseconds / 1000.0
    }

    pub const fn as_std(self) -> std::time::Duration {
        std::time::Duration::from_micros(self.microseconds)
    }
}

impl From<std::time::Duration> for Milliseconds {
    fn from(duration: std::time::Duration) -> Self {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(MOST);
        Self {
            microseconds: microseconds.min(MOST),
        }
    }
}

impl From<Duration> for Milliseconds {
    fn from(duration: Duration) -> Self {
        duration.as_std().into()
    }
}

impl From<Milliseconds> for std::time::Duration {
    fn from(span: Milliseconds) -> Self {
        span.as_std()
    }
}

impl From<Milliseconds> for Duration {
    fn from(span: Milliseconds) -> Self {
        span.as_std().into()
    }
}

impl fmt::Display for Milliseconds {
    /// The duration with about three digits, for people: `12.3ms`, `1.20s`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&Duration::from(*self).approximate())
    }
}

impl Serialize for Milliseconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.microseconds / 1000, self.microseconds % 1000) {
            (whole, 0) => serializer.serialize_u64(whole),
            _ => serializer.serialize_f64(self.number()),
        }
    }
}

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::of_number(number).ok_or_else(|| {
            D::Error::custom(format_args!("`{number}` is not a number of milliseconds"))
        })
    }
}

impl JsonSchema for Milliseconds {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Milliseconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": 0})
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn of(microseconds: u64) -> Milliseconds {
        Milliseconds { microseconds }
    }

    fn written(span: Milliseconds) -> String {
        serde_json::to_string(&span).expect("a number")
    }

    #[test]
    fn a_whole_number_has_no_decimals_and_other_numbers_have_at_most_three() {
        let texts = [0, 1, 20, 300, 103_200, 2_000_000, MOST - 1, MOST].map(|it| written(of(it)));
        let expected = [
            "0",
            "0.001",
            "0.02",
            "0.3",
            "103.2",
            "2000",
            "999999999999.999",
            "1000000000000",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn nanoseconds_are_cut_off_and_long_durations_are_limited() {
        let nanoseconds = std::time::Duration::from_nanos(1_999);
        assert_eq!(Milliseconds::from(nanoseconds), of(1));
        assert_eq!(Milliseconds::from(std::time::Duration::MAX), of(MOST));
    }

    #[test]
    fn invalid_numbers_are_rejected() {
        for number in [
            json!(-1),
            json!(-0.0001),
            json!(1e300),
            json!("5ms"),
            json!(null),
        ] {
            assert!(
                serde_json::from_value::<Milliseconds>(number.clone()).is_err(),
                "{number}"
            );
        }
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Milliseconds::of_number(number), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn formatting_and_parsing_round_trip_to_the_microsecond(microseconds in 0..=MOST) {
            let span = of(microseconds);
            let text = written(span);
            prop_assert_eq!(serde_json::from_str::<Milliseconds>(&text).ok(), Some(span));
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            prop_assert!(decimals <= 3, "{}", text);
            prop_assert_eq!(Milliseconds::from(span.as_std()), span);
        }
    }
}
