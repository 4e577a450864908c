//! Values as text in YAML.

use std::fmt::Write as _;

/// Words that some readers of YAML take for something other than a string.
const RESERVED: [&str; 12] = [
    "-.inf", ".inf", ".nan", "false", "n", "no", "null", "off", "on", "true", "y", "yes",
];

/// A string as a value in a list or a map: plain if it is a plain word, else in quotes.
pub fn string(text: &str) -> String {
    let begins = text.trim_start_matches('-');
    let begins = ["./", "../", "/", "."]
        .iter()
        .find_map(|path| begins.strip_prefix(path))
        .unwrap_or(begins);
    let is_plain = begins.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_')
        && !may_be_number(begins)
        && text
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"_./:=@+-".contains(&it))
        && !text.ends_with(':')
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
        && text.len() <= 80;
    if is_plain {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Whether some reader of YAML may take a text that begins with a digit for a number or a date. Text
/// such as `30s` and `8.0.45` is neither.
fn may_be_number(text: &str) -> bool {
    let has_base = ["0b", "0o", "0x"].iter().any(|base| text.starts_with(base));
    let has_unit = text.ends_with(|it: char| it.is_ascii_alphabetic());
    let is_version = text.matches('.').count() > 1;
    text.starts_with(|it: char| it.is_ascii_digit()) && (has_base || !(has_unit || is_version))
}

/// A string in quotes. What is not printable ASCII or a letter is escaped.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(letter),
            letter if letter.is_alphanumeric() => out.push(letter),
            letter if (letter as u32) <= 0xffff => {
                let _ = write!(out, "\\u{:04X}", letter as u32);
            }
            letter => {
                let _ = write!(out, "\\U{:08X}", letter as u32);
            }
        }
    }
    out.push('"');
    out
}

/// A list on one line.
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn plain_words_stay_plain() {
        for text in [
            "go",
            "./worker",
            "--bin",
            "-q",
            "exec:java",
            "-Dexec.mainClass=a.B",
            "../x/y.py",
            "/usr/bin/env",
            ".venv/bin/python",
            "30s",
            "8.0.45",
            "127.0.0.1:7233",
        ] {
            assert_eq!(string(text), text);
        }
        for text in [
            "",
            "12:30",
            "0x1f",
            "1e3",
            "2026-01-01",
            "no",
            "Off",
            "1",
            "1.5",
            ".5",
            "-1",
            ".",
            ".Inf",
            "-.inf",
            "~",
            "a b",
            "a:",
            "*",
            "yes",
            "-",
        ] {
            assert_eq!(string(text), format!("\"{text}\""));
        }
    }

    proptest! {
        #[test]
        fn every_string_is_read_back(texts in prop::collection::vec("([^\0]|[a-z:./=~*&!%@#'\" -]){0,12}", 0..5)) {
            let line = format!("it: {}\n", list(texts.iter().map(|text| string(text))));
            let read: Value = crate::document::parse("x", &line).expect("YAML");
            prop_assert_eq!(read, json!({"it": texts}));
        }
    }
}
