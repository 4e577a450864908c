//! A whole number with bounds, such as a number of replicas or a port.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// A whole number from `LEAST` to `MOST`, written as a number in documents.
///
/// ```
/// use model::quantity::Whole;
///
/// let port: Whole<1, 65535> = serde_json::from_str("7233")?;
/// assert_eq!(port.get(), 7233);
/// assert!(serde_json::from_str::<Whole<1, 65535>>("0").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Whole<LEAST, MOST> {
    /// Returns `None` if the number is outside the bounds.
    pub fn new(number: u32) -> Option<Self> {
        (LEAST..=MOST).contains(&number).then_some(Self(number))
    }

    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number as `u16`. Does not compile if `MOST` does not fit.
    pub fn get_u16(self) -> u16 {
        const { assert!(MOST <= 65535, "`MOST` fits in a `u16`") };
        u16::try_from(self.0).unwrap_or(u16::MAX)
    }
}

impl<const LEAST: u32, const MOST: u32> fmt::Display for Whole<LEAST, MOST> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<const LEAST: u32, const MOST: u32> Serialize for Whole<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Whole<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Within)
    }
}

/// Accepts any scalar, so that the error for every wrong value names the bounds.
struct Within<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Within<LEAST, MOST> {
    fn refuse<T, E: Error>(found: impl fmt::Display) -> Result<T, E> {
        Err(E::custom(format_args!(
            "expected a whole number from {LEAST} to {MOST}, found {found}"
        )))
    }
}

impl<const LEAST: u32, const MOST: u32> Visitor<'_> for Within<LEAST, MOST> {
    type Value = Whole<LEAST, MOST>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a whole number from {LEAST} to {MOST}")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        let within = u32::try_from(number).ok().and_then(Whole::new);
        within.map_or_else(|| Self::refuse(format_args!("`{number}`")), Ok)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Self::refuse(format_args!("`{number}`")),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Self::refuse(format_args!("`{number:?}`"))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Self::refuse(format_args!("`{value}`"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match text.parse::<u64>() {
            Ok(_) => Self::refuse(format_args!("the string `{text}`")),
            Err(_) => Self::refuse(format_args!("`{text}`")),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Self::refuse("nothing")
    }
}

impl<const LEAST: u32, const MOST: u32> JsonSchema for Whole<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("WholeFrom{LEAST}To{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": LEAST, "maximum": MOST})
    }
}
