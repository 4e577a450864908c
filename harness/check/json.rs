//! Compares and shortens JSON values. Pure.

use serde_json::{Number, Value};

/// Maximum number of characters to show of a value.
const SHOWN: usize = 200;
/// Number of common characters to show before the first difference of two long values.
const SHARED: usize = 40;

/// Whether two values are equal. Keys may be in any order. Numbers are compared by value, since some
/// languages write `1` where others write `1.0`.
pub(super) fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => is_equal_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| is_equal(one, other)))
        }
        _ => one == other,
    }
}

fn is_equal_number(one: &Number, other: &Number) -> bool {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.as_f64() == other.as_f64(),
        _ => false,
    }
}

/// The exact integer value of a number; `None` if it has a fraction or does not fit in 128 bits.
fn whole(number: &Number) -> Option<i128> {
    /// 2^127. A whole float below it fits in an `i128`.
    const LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

    if let Some(whole) = number.as_i128() {
        return Some(whole);
    }
    let float = number.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the float is whole and fits"
    )]
    let whole = || float as i128;
    (float.fract() == 0.0 && float.abs() < LIMIT).then(whole)
}

/// A value as one line of bounded length.
pub(super) fn shortened(value: &Value) -> String {
    cut(&value.to_string(), 0)
}

/// Two different values, each as one line of bounded length. Long values begin shortly before the
/// first difference.
pub(super) fn shortened_pair(one: &Value, other: &Value) -> (String, String) {
    let (one, other) = (one.to_string(), other.to_string());
    let long = one.chars().nth(SHOWN).is_some() || other.chars().nth(SHOWN).is_some();
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let from = if long {
        shared.count().saturating_sub(SHARED)
    } else {
        0
    };
    (cut(&one, from), cut(&other, from))
}

fn cut(text: &str, from: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let rest: String = text.chars().skip(from).collect();
    match rest.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{before}{}… ({} bytes)", &rest[..end], text.len()),
        None => format!("{before}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn numbers_are_compared_by_value_and_integers_exactly() {
        for (one, other) in [
            ("1", "1.0"),
            ("0", "-0.0"),
            ("100", "1e2"),
            ("9007199254740993", "9007199254740993"),
            ("18446744073709551616", "1.8446744073709552e19"),
            ("{\"a\": 1, \"b\": [2.0]}", "{\"b\": [2], \"a\": 1.0}"),
        ] {
            assert!(is_equal(&value(one), &value(other)), "{one} and {other}");
            assert!(is_equal(&value(other), &value(one)), "{other} and {one}");
        }
        for (one, other) in [
            ("1", "1.5"),
            ("1", "\"1\""),
            ("0", "null"),
            ("0", "false"),
            ("9007199254740993", "9007199254740992.0"),
            ("18446744073709551615", "18446744073709551616"),
            ("[1, 2]", "[2, 1]"),
            ("{\"a\": 1}", "{\"a\": 1, \"b\": 2}"),
            ("{\"a\": null}", "{\"b\": null}"),
            ("\"a\\n\"", "\"a\""),
        ] {
            assert!(!is_equal(&value(one), &value(other)), "{one} and {other}");
            assert!(!is_equal(&value(other), &value(one)), "{other} and {one}");
        }
    }

    #[test]
    fn long_values_are_shown_around_their_first_difference() {
        let same = "ä".repeat(1000);
        let (one, other) = shortened_pair(&json!(format!("{same}\n")), &json!(same));
        let shared = "ä".repeat(SHARED - 1);
        assert_eq!(one, format!("…{}\\n\"", &format!("ä{shared}")));
        assert_eq!(other, format!("…ä{shared}\""));
        let (one, other) = shortened_pair(&json!("a\n"), &json!("a"));
        assert_eq!((one.as_str(), other.as_str()), ("\"a\\n\"", "\"a\""));
        let long = shortened(&json!("b".repeat(1000)));
        assert!(long.ends_with("b… (1002 bytes)"), "{long}");
    }
}
