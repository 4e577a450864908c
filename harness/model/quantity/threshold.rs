//! A bound on a quantity: `< 0.1%`, `>= 18/s`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ParseError;

/// The side of the bound on which a value must lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Comparison {
    /// `<`
    #[serde(rename = "<")]
    Below,
    /// `<=`
    #[serde(rename = "<=")]
    AtMost,
    /// `>`
    #[serde(rename = ">")]
    Above,
    /// `>=`
    #[serde(rename = ">=")]
    AtLeast,
}

/// A comparison with a bound.
///
/// ```
/// use model::quantity::{Percent, Threshold};
/// let threshold: Threshold<Percent> = "< 0.1%".parse()?;
/// assert!(threshold.admits(0.0009, |bound| bound.fraction()));
/// assert!(!threshold.admits(0.001, |bound| bound.fraction()));
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold<T> {
    pub comparison: Comparison,
    pub bound: T,
}

impl<T> Threshold<T> {
    /// Whether `actual` meets the threshold. `unit` converts the bound to the unit of `actual`.
    /// An `actual` that is NaN never meets it.
    pub fn admits(&self, actual: f64, unit: impl FnOnce(&T) -> f64) -> bool {
        let bound = unit(&self.bound);
        match self.comparison {
            Comparison::Below => actual < bound,
            Comparison::AtMost => actual <= bound,
            Comparison::Above => actual > bound,
            Comparison::AtLeast => actual >= bound,
        }
    }
}

impl<T: FromStr<Err = ParseError>> FromStr for Threshold<T> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        // The longer signs come first, because `<=` also starts with `<`.
        const SIGNS: [(&str, Comparison); 4] = [
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Below),
            (">", Comparison::Above),
        ];
        let (comparison, bound) = SIGNS
            .iter()
            .find_map(|(sign, comparison)| Some((*comparison, text.strip_prefix(sign)?)))
            .ok_or_else(|| {
                ParseError::new(text, "a threshold (`<`, `<=`, `>` or `>=`, and a value)")
            })?;
        let bound = bound.trim_start_matches(' ').parse()?;
        Ok(Self { comparison, bound })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl<T: fmt::Display> fmt::Display for Threshold<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.comparison, self.bound)
    }
}

impl<T: fmt::Display> Serialize for Threshold<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: FromStr<Err = ParseError>> Deserialize<'de> for Threshold<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for Threshold<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ThresholdOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let bound = T::json_schema(generator);
        let pattern = bound.get("pattern").and_then(|pattern| pattern.as_str());
        let pattern = pattern.unwrap_or("^.+$");
        let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
        schemars::json_schema!({"type": "string", "pattern": format!("^[<>]=? *{pattern}")})
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Count, Duration, Throughput};
    use super::*;

    #[test]
    fn formatting_and_parsing_round_trip() {
        for text in ["< 2s", "<= 1m30s", "> 1ns", ">= 0s"] {
            let threshold: Threshold<Duration> = text.parse().expect("a threshold");
            assert_eq!(threshold.to_string(), text);
        }
    }

    #[test]
    fn only_inclusive_comparisons_admit_the_bound_itself() {
        let admitted = |text: &str, actual: f64| {
            let threshold: Threshold<Count> = text.parse().expect("a threshold");
            threshold.admits(actual, |bound| {
                u32::try_from(bound.get()).map_or(0.0, f64::from)
            })
        };
        assert!(admitted("<= 5", 5.0) && admitted(">=5", 5.0));
        assert!(!admitted("< 5", 5.0) && !admitted("> 5", 5.0));
        assert!(
            !admitted("<= 5", f64::NAN),
            "an unknown value is never admitted"
        );
    }

    #[test]
    fn a_value_without_a_comparison_or_of_another_type_is_rejected() {
        for text in ["5/s", "= 5/s", "< fast", "<", ">= 95 %x"] {
            assert!(text.parse::<Threshold<Throughput>>().is_err(), "{text}");
        }
    }
}
