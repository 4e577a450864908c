//! Serialises the seed of a run as a string of digits, because many JSON parsers round numbers
//! above 2^53. Use it with `#[serde(with = "model::seed")]`.

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

pub fn serialize<S: Serializer>(seed: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(seed)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| D::Error::custom(format_args!("`{text}` is not a seed")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn a_seed_is_a_string_of_digits() {
        for seed in [0, 7, (1 << 53) + 1, u64::MAX] {
            let json = super::serialize(&seed, serde_json::value::Serializer).expect("a string");
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
