//! The keys of a document with their positions.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::{Error, Position, parse};

/// The path of each key in a document, and its position. Leaves out the keys in lists.
///
/// ```
/// use model::document::outline;
///
/// let keys = outline("garden.yaml", "soil:\n  sand: 3\n")?;
/// let lines: Vec<_> = keys.iter().map(|(path, position)| (path.join("."), position.line)).collect();
/// assert_eq!(lines, [("soil".to_owned(), 1), ("soil.sand".to_owned(), 2)]);
/// # Ok::<(), model::document::Error>(())
/// ```
pub fn outline(name: &str, text: &str) -> Result<Vec<(Vec<String>, Position)>, Error> {
    let Outline(keys) = parse(name, text)?;
    Ok(keys)
}

#[derive(Default)]
struct Outline(Vec<(Vec<String>, Position)>);

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Outline;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let Outline(inner) = map.next_value()?;
            let (position, key) = (Position::from(key.referenced), key.value);
            keys.push((vec![key.clone()], position));
            keys.extend(inner.into_iter().map(|(mut path, position)| {
                path.insert(0, key.clone());
                (path, position)
            }));
        }
        Ok(Outline(keys))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Outline, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Outline::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Outline, E> {
        Ok(Outline::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Outline, E> {
        Ok(Outline::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Outline, E> {
        Ok(Outline::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Outline, E> {
        Ok(Outline::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Outline, E> {
        Ok(Outline::default())
    }

    fn visit_unit<E>(self) -> Result<Outline, E> {
        Ok(Outline::default())
    }
}
