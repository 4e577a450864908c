//! Quantities in profiles and scenarios: `90s`, `50/s`, `0.1%`.
//!
//! Each quantity is a newtype over SI units with one textual form, so that a value looks the same
//! in a file, a message and a report. [`Milliseconds`] is for documents that programs read, and is
//! written as a number; [`in_milliseconds`] writes a [`Duration`] as such a number. Pure.

mod bytes;
mod count;
mod duration;
pub mod in_milliseconds;
mod milliseconds;
mod number;
mod percent;
mod rate;
mod threshold;
mod throughput;
mod whole;

pub use bytes::Bytes;
pub use count::Count;
pub use duration::Duration;
pub use milliseconds::Milliseconds;
pub use percent::Percent;
pub use rate::Rate;
pub use threshold::{Comparison, Threshold};
pub use throughput::Throughput;
pub use whole::Whole;

/// A string that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct ParseError {
    text: String,
    expected: &'static str,
}

impl ParseError {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.chars().flat_map(shown).collect(),
            expected,
        }
    }
}

/// Escapes an invisible character, so that the user can see it.
fn shown(character: char) -> impl Iterator<Item = char> {
    let plain = matches!(character, '\'' | '"' | '\\');
    let escaped = (!plain).then(|| character.escape_debug());
    let bare = plain.then_some(character);
    escaped.into_iter().flatten().chain(bare)
}

/// Implements Serde and JSON Schema with `FromStr` and `Display`. The type is a string in
/// documents.
macro_rules! textual {
    ($name:ident, $pattern:literal, $example:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern, "examples": [$example]})
            }
        }
    };
}
pub(crate) use textual;

#[cfg(test)]
mod tests;
