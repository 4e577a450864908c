//! Reads a choice that is written as a map with one key, such as `backend: {process: {}}`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};

/// Reads an externally tagged enum that may be left out. Use it for every key with such a value:
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Garden {
///     #[serde(default, deserialize_with = "model::document::choice")]
///     soil: Option<Soil>,
/// }
///
/// #[derive(serde::Deserialize)]
/// enum Soil {
///     Sand(u8),
/// }
///
/// let garden: Garden = model::document::parse("garden.yaml", "soil: {Sand: 3}")?;
/// assert!(matches!(garden.soil, Some(Soil::Sand(3))));
/// # Ok::<(), model::document::Error>(())
/// ```
///
/// Without this function, the parser accepts a bare word (`soil: Sand`), reads the value of the
/// choice from the next token, and reports a misleading error there.
pub fn choice<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let choice = Option::<Choice<T>>::deserialize(deserializer)?;
    Ok(choice.map(|Choice(value)| value))
}

struct Choice<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOf(PhantomData)).map(Choice)
    }
}

struct OneOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOf<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a choice (`choice: ...`)")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        T::deserialize(word.into_deserializer())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let value = T::deserialize(MapAccessDeserializer::new(&mut map))?;
        match map.next_key::<String>()? {
            Some(_) => Err(A::Error::invalid_length(2, &"one choice")),
            None => Ok(value),
        }
    }
}
