//! How many workflows may be started per second.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

use crate::quantity::Whole;

/// A number of workflow starts per second.
pub type PerSecond = Whole<1, 1_000_000>;

/// How many workflows may be started per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    PerSecond(PerSecond),
    Unlimited,
}

const UNLIMITED: &str = "unlimited";

const EXPECTED: &str = "a whole number from 1 to 1000000 or `unlimited`";

impl RateLimit {
    /// The number of starts per second, if there is a limit.
    pub fn per_second(self) -> Option<u32> {
        match self {
            Self::PerSecond(number) => Some(number.get()),
            Self::Unlimited => None,
        }
    }
}

impl Serialize for RateLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::PerSecond(number) => number.serialize(serializer),
            Self::Unlimited => serializer.serialize_str(UNLIMITED),
        }
    }
}

impl<'de> Deserialize<'de> for RateLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl Read {
    fn refuse<E: Error>(found: impl fmt::Display) -> E {
        E::custom(format_args!("expected {EXPECTED}, found {found}"))
    }
}

impl Visitor<'_> for Read {
    type Value = RateLimit;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(EXPECTED)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<RateLimit, E> {
        let limit = u32::try_from(number).ok().and_then(PerSecond::new);
        limit
            .map(RateLimit::PerSecond)
            .ok_or_else(|| Self::refuse(format_args!("`{number}`")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<RateLimit, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(Self::refuse(format_args!("`{number}`"))),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<RateLimit, E> {
        Err(Self::refuse(format_args!("`{number:?}`")))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<RateLimit, E> {
        Err(Self::refuse(format_args!("`{value}`")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RateLimit, E> {
        match text {
            UNLIMITED => Ok(RateLimit::Unlimited),
            _ => Err(Self::refuse(format_args!("`{text}`"))),
        }
    }
}

impl JsonSchema for RateLimit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RateLimit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                {"const": UNLIMITED},
            ]
        })
    }
}
