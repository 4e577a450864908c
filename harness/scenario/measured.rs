//! A measured value that is known, or known to lie between two bounds. Pure.

use std::time::Duration;

use load::Percentile;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// A measured value that is known, or known to lie between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "kebab-case")]
pub enum Measured {
    Value {
        /// The value; null where nothing was measured.
        #[serde(serialize_with = "option")]
        value: Option<f64>,
    },
    Between {
        /// The lower bound.
        #[serde(serialize_with = "number")]
        value_at_least: f64,
        /// The upper bound; null where there is none.
        #[serde(serialize_with = "option")]
        value_at_most: Option<f64>,
    },
}

impl Measured {
    pub const NOTHING: Self = Self::Value { value: None };

    pub(super) fn known(value: f64) -> Self {
        Self::Value { value: Some(value) }
    }

    /// The lower bound; `None` if nothing was measured.
    pub(super) fn at_least(self) -> Option<f64> {
        match self {
            Self::Value { value } => value,
            Self::Between { value_at_least, .. } => Some(value_at_least),
        }
    }

    /// The upper bound, infinite where there is none; `None` if nothing was measured.
    pub(super) fn at_most(self) -> Option<f64> {
        match self {
            Self::Value { value } => value,
            Self::Between { value_at_most, .. } => Some(value_at_most.unwrap_or(f64::INFINITY)),
        }
    }
}

impl From<Percentile> for Measured {
    fn from(percentile: Percentile) -> Self {
        let value_at_least = milliseconds(percentile.at_least.as_std());
        if percentile.is_known() {
            return Self::known(value_at_least);
        }
        let at_most = percentile.at_most;
        Self::Between {
            value_at_least,
            value_at_most: at_most.map(|at_most| milliseconds(at_most.as_std())),
        }
    }
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Writes a number with at most six decimals, and a whole number without any. Further decimals come
/// from a division or a conversion.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(super) fn number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    /// A 64-bit float below this has six exact decimals.
    const MOST: f64 = 1e9;
    let rounded = if *number < MOST {
        (number * 1e6).round() / 1e6
    } else {
        *number
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number that fits"
    )]
    if rounded.fract() == 0.0 && (0.0..1e15).contains(&rounded) {
        serializer.serialize_u64(rounded as u64)
    } else {
        serializer.serialize_f64(rounded)
    }
}

#[expect(clippy::ref_option, reason = "serde hands out references")]
fn option<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(measured: impl Into<Measured>) -> Value {
        serde_json::to_value(measured.into()).expect("JSON")
    }

    #[test]
    fn a_bound_is_never_written_as_the_value() {
        let of = |at_least: u64, at_most: Option<u64>| Percentile {
            at_least: Duration::from_micros(at_least).into(),
            at_most: at_most.map(|it| Duration::from_micros(it).into()),
        };
        assert_eq!(written(of(103_200, Some(103_200))), json!({"value": 103.2}));
        let between = json!({"value-at-least": 4500, "value-at-most": 5000});
        assert_eq!(written(of(4_500_000, Some(5_000_000))), between);
        let above = json!({"value-at-least": 5021.695, "value-at-most": null});
        assert_eq!(written(of(5_021_695, None)), above);
        assert_eq!(written(Measured::NOTHING), json!({"value": null}));
    }

    #[test]
    fn a_whole_number_has_no_decimals_and_no_other_has_those_of_its_unit_alone() {
        let texts = [0.0, 30.0, 5_021.695_000_000_001, 1.0 / 3.0, 1e12, 1e300]
            .map(|value| written(Measured::known(value))["value"].to_string());
        let expected = ["0", "30", "5021.695", "0.333333", "1000000000000", "1e+300"];
        assert_eq!(texts, expected);
    }
}
