//! Whether two JSON values say the same, and how they are shown. Pure.

use serde_json::{Number, Value};

/// How many characters of a value are shown.
const SHOWN: usize = 200;
/// How many of those that two long values share are shown before they differ.
const SHARED: usize = 40;

/// Whether two values say the same: keys in any order, and numbers by their value, since some
/// languages write `1` for what others write as `1.0`.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => same_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

fn same_number(one: &Number, other: &Number) -> bool {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.as_f64() == other.as_f64(),
        _ => false,
    }
}

/// A number as an integer, exactly; `None` if it has a fraction or is too big for 128 bits.
fn whole(number: &Number) -> Option<i128> {
    /// From here on up to 2^127, a float has no fraction and fits.
    const LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

    if let Some(whole) = number.as_i128() {
        return Some(whole);
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and fits")]
    let whole = || float as i128;
    (float.fract() == 0.0 && float.abs() < LIMIT).then(whole)
}

/// A value in one line of bounded length.
pub(super) fn shown(value: &Value) -> String {
    cut(&value.to_string(), 0)
}

/// Two values that differ, each in one line of bounded length; of long ones, from shortly before
/// they differ.
pub(super) fn shown_beside(one: &Value, other: &Value) -> (String, String) {
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
    fn numbers_count_by_their_value_and_every_digit_of_an_integer_counts() {
        for (one, other) in [
            ("1", "1.0"),
            ("0", "-0.0"),
            ("100", "1e2"),
            ("9007199254740993", "9007199254740993"),
            ("18446744073709551616", "1.8446744073709552e19"),
            ("{\"a\": 1, \"b\": [2.0]}", "{\"b\": [2], \"a\": 1.0}"),
        ] {
            assert!(same(&value(one), &value(other)), "{one} and {other}");
            assert!(same(&value(other), &value(one)), "{other} and {one}");
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
            assert!(!same(&value(one), &value(other)), "{one} and {other}");
            assert!(!same(&value(other), &value(one)), "{other} and {one}");
        }
    }

    #[test]
    fn long_values_are_shown_where_they_differ() {
        let same = "ä".repeat(1000);
        let (one, other) = shown_beside(&json!(format!("{same}\n")), &json!(same));
        let shared = "ä".repeat(SHARED - 1);
        assert_eq!(one, format!("…{}\\n\"", &format!("ä{shared}")));
        assert_eq!(other, format!("…ä{shared}\""));
        let (one, other) = shown_beside(&json!("a\n"), &json!("a"));
        assert_eq!((one.as_str(), other.as_str()), ("\"a\\n\"", "\"a\""));
        let long = shown(&json!("b".repeat(1000)));
        assert!(long.ends_with("b… (1002 bytes)"), "{long}");
    }
}
