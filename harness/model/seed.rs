//! The seed of a run in documents that programs read: a text of digits, as many readers of JSON
//! round numbers above 2^53. For `#[serde(with = "model::seed")]`.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

/// Writes a seed.
pub fn serialize<S: Serializer>(seed: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(seed)
}

/// Reads a seed.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| D::Error::custom(format_args!("`{text}` is no seed")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn every_seed_is_a_text_of_its_digits_and_nothing_else_is_one() {
        for seed in [0, 7, (1 << 53) + 1, u64::MAX] {
            let json = super::serialize(&seed, serde_json::value::Serializer).expect("a text");
            assert_eq!(json, seed.to_string());
            assert_eq!(super::deserialize(json).ok(), Some(seed));
        }
        for wrong in [
            json!(7),
            json!("-1"),
            json!("18446744073709551616"),
            Value::Null,
        ] {
            assert!(super::deserialize(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
