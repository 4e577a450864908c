//! The value of a worker's environment variable: text, or the place of a secret.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, EnumAccess, VariantAccess as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::scalar::{EnvironmentName, FilePath, Text};

/// A value, or where to read it from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Variable {
    Text(Text),
    Secret(Secret),
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Secret {
    /// A file with the secret. A line break at its end does not belong to it.
    SecretFile(FilePath),
    /// A variable in the environment of `harness`.
    SecretVariable(EnvironmentName),
}

const FILE: &str = "secret-file";
const VARIABLE: &str = "secret-variable";

impl<'de> Deserialize<'de> for Variable {
    /// As an enum, because the parser then returns a scalar as it is written: `010` and `1.10` stay
    /// as they are.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(OfVariable)
    }
}

struct OfVariable;

impl<'de> Visitor<'de> for OfVariable {
    type Value = Variable;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    /// A key without a value is a mistake, and not the empty text.
    fn visit_none<E: de::Error>(self) -> Result<Variable, E> {
        Err(E::custom(
            "expected a string, found nothing; write `''` for an empty string",
        ))
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Variable, D::Error> {
        value.deserialize_enum("Variable", &[FILE, VARIABLE], self)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Variable, A::Error> {
        let (word, content) = access.variant::<String>()?;
        match &*word {
            FILE => content
                .newtype_variant()
                .map(|path| Variable::Secret(Secret::SecretFile(path))),
            VARIABLE => content
                .newtype_variant()
                .map(|name| Variable::Secret(Secret::SecretVariable(name))),
            _ => {
                content.unit_variant().map_err(|_: A::Error| {
                    de::Error::custom(format_args!(
                        "unknown key `{word}`; expected `{FILE}` or `{VARIABLE}`"
                    ))
                })?;
                word.parse().map(Variable::Text).map_err(de::Error::custom)
            }
        }
    }
}

impl JsonSchema for Variable {
    fn schema_name() -> Cow<'static, str> {
        "Variable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<Text>();
        let secret = generator.subschema_for::<Secret>();
        json_schema!({
            "description": "A value, or the place of a secret.",
            "anyOf": [text, secret],
        })
    }
}
