//! Dynamic configuration as it is written: keys and values with their positions.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;
use serde_saphyr::Spanned;

use super::schema;
use crate::profile::overlay::Overlay;

/// The entries of the dynamic configuration in one profile file, in their order.
#[derive(Debug, Clone, Default)]
pub struct DynamicConfig(pub Vec<Entry>);

/// One key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The server ignores the case of keys.
    pub key: Spanned<String>,
    pub value: Spanned<Content>,
}

/// The value of a key.
#[derive(Debug, Clone)]
pub enum Content {
    /// A value that is not a list.
    One(Value),
    /// A list of values with constraints, or a list that is the value.
    List(Vec<Spanned<Value>>),
}

impl DynamicConfig {
    /// The entry of a key. Ignores the case of the key.
    pub(in crate::profile) fn entry(&self, key: &str) -> Option<&Entry> {
        let mut entries = self.0.iter();
        entries.find(|entry| entry.key.value.eq_ignore_ascii_case(key))
    }
}

impl Overlay for DynamicConfig {
    fn overlay(mut self, over: Self) -> Self {
        self.0
            .retain(|entry| over.entry(&entry.key.value).is_none());
        self.0.extend(over.0);
        self
    }
}

impl Content {
    /// The value without positions.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::One(value) => value.clone(),
            Self::List(items) => items.iter().map(|item| item.value.clone()).collect(),
        }
    }
}

impl Serialize for DynamicConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Entry { key, value } in &self.0 {
            map.serialize_entry(&key.value, &value.value.to_value())?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for DynamicConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = DynamicConfig;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map (`key: value`)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DynamicConfig, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry()? {
            entries.push(Entry { key, value });
        }
        Ok(DynamicConfig(entries))
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyContent)
    }
}

struct AnyContent;

impl<'de> Visitor<'de> for AnyContent {
    type Value = Content;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Content, E> {
        Ok(Content::One(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Content, E> {
        Ok(Content::One(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Content, E> {
        Ok(Content::One(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Content, E> {
        Ok(Content::One(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Content, E> {
        Ok(Content::One(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Content, E> {
        Ok(Content::One(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Content, E> {
        Ok(Content::One(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Content, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Content::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Content, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Content::One)
    }
}

impl JsonSchema for DynamicConfig {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DynamicConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::of_newest(generator)
    }
}
