//! Whether the numbers of a scenario are sent exactly as written. Pure.
//!
//! Numbers have 64 bits. A larger whole number would be sent as the nearest float, and a worker that
//! reads it exactly would see another number.

use serde_json::Value;

/// The first whole number of `text` that `value` does not hold exactly.
pub(super) fn inexact<'a>(value: &Value, text: &'a str) -> Option<&'a str> {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64()?;
            whole_numbers(text).find(|word| {
                word.parse::<i64>().is_err()
                    && word.parse::<u64>().is_err()
                    && word
                        .parse::<f64>()
                        .is_ok_and(|read| read.total_cmp(&float).is_eq())
            })
        }
        Value::Array(items) => items.iter().find_map(|item| inexact(item, text)),
        Value::Object(entries) => entries.values().find_map(|entry| inexact(entry, text)),
        _ => None,
    }
}

/// The words of a text that are decimal whole numbers.
fn whole_numbers(text: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_whitespace() || ",[]{}:".contains(letter);
    text.split(ends).filter(|word| {
        let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        serde_saphyr::from_str(text).expect("YAML")
    }

    #[test]
    fn a_whole_number_that_does_not_fit_is_found_however_deep_it_is() {
        for (text, wanted) in [
            ("18446744073709551616", "18446744073709551616"),
            ("[1, {a: [-9223372036854775809]}]", "-9223372036854775809"),
            (
                "{a: 123456789012345678901234567890}",
                "123456789012345678901234567890",
            ),
        ] {
            assert_eq!(inexact(&read(text), text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_fits_and_what_is_written_as_a_float_or_a_text_is_as_it_is_written() {
        for text in [
            "[18446744073709551615, -9223372036854775808, 9007199254740993, 1.0, -0.0]",
            "[1.8446744073709552e19, 1e300]",
            "\"18446744073709551616\"",
            "{18446744073709551616: 1}",
        ] {
            assert_eq!(inexact(&read(text), text), None, "{text}");
        }
    }
}
