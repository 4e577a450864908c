//! `--set key=value`: one value laid over a profile, refused as precisely as one in a file.
//!
//! The assignment is rewritten as a small YAML document and read like any other, so that a value
//! means on the command line what it means in a file; places of errors are carried back.

use serde::de::DeserializeOwned;

use crate::document::{self, Error, Place};

/// What errors call the option.
const OPTION: &str = "--set";

/// The map whose keys have dots of their own: what follows it is one key.
const DOTTED: &str = "temporal.dynamic-config.";

/// An assignment, and the document that says the same.
#[derive(Debug)]
pub(super) struct Assignment {
    argument: String,
    document: String,
    /// Number of characters of each key, as the argument has it and as the document has it.
    keys: Vec<(usize, usize)>,
}

impl Assignment {
    /// Reads `a.b=value`.
    pub(super) fn read(argument: &str) -> Result<Self, Error> {
        let wrong = |message: &str| {
            let place = Place {
                line: 1,
                column: 1,
                length: argument.chars().count(),
            };
            Err(Error::in_argument(OPTION, argument, place, message))
        };
        let Some((path, value)) = argument.split_once('=') else {
            return wrong("expected `key=value`, such as `worker.replicas=3`");
        };
        if value.trim().is_empty() {
            return wrong("there is no value after `=`; an empty text is written `''`");
        }
        if argument.contains(['\n', '\r']) {
            return wrong("a value takes one line; write `[a, b]` for a list, `{a: b}` for a map");
        }
        let mut document = String::new();
        let mut keys = Vec::new();
        for (depth, key) in split(path).into_iter().enumerate() {
            let written = quote(key);
            if depth > 0 {
                document.push('\n');
            }
            document.push_str(&"  ".repeat(depth));
            document.push_str(&written);
            document.push(':');
            keys.push((key.chars().count(), written.chars().count()));
        }
        document.push(' ');
        document.push_str(value);
        Ok(Self {
            argument: argument.to_owned(),
            document,
            keys,
        })
    }

    /// Reads the value in its place within `T`.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        document::parse(OPTION, &self.document).map_err(|error| {
            let start = Place {
                line: 1,
                column: 1,
                length: 0,
            };
            self.error_at(error.place().unwrap_or(start), error.message())
        })
    }

    /// An error of the whole argument.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        let length = self.argument.chars().count();
        let place = Place {
            line: 1,
            column: 1,
            length,
        };
        Error::in_argument(OPTION, &self.argument, place, message)
    }

    /// An error at a place of the document, shown in the argument.
    pub(super) fn error_at(&self, place: Place, message: impl Into<String>) -> Error {
        Error::in_argument(OPTION, &self.argument, self.in_argument(place), message)
    }

    fn in_argument(&self, place: Place) -> Place {
        let depth = place.line.saturating_sub(1).min(self.keys.len() - 1);
        let before: usize = self.keys[..depth].iter().map(|(typed, _)| typed + 1).sum();
        let (typed, written) = self.keys[depth];
        let within = place.column.saturating_sub(1 + 2 * depth);
        // After the key come a colon and a space in the document, an equals sign in the argument.
        let (offset, length) = match within.checked_sub(written + 2) {
            Some(within) => (typed + 1 + within, place.length),
            None => (0, typed),
        };
        Place {
            line: 1,
            column: 1 + before + offset,
            length,
        }
    }
}

fn split(path: &str) -> Vec<&str> {
    match path.strip_prefix(DOTTED) {
        Some(key) => DOTTED.split_terminator('.').chain([key]).collect(),
        None => path.split('.').collect(),
    }
}

fn quote(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !key.is_empty() && key.bytes().all(plain) {
        key.to_owned()
    } else {
        serde_json::Value::from(key).to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn value(argument: &str) -> Value {
        Assignment::read(argument)
            .and_then(|assignment| assignment.parse())
            .unwrap_or_else(|error| Value::String(error.to_string()))
    }

    #[test]
    fn a_value_is_yaml() {
        assert_eq!(value("a.b=3"), json!({"a": {"b": 3}}));
        assert_eq!(value("a={b: [x, 1.5]}"), json!({"a": {"b": ["x", 1.5]}}));
        assert_eq!(value("a=b=c"), json!({"a": "b=c"}));
        assert_eq!(value("a=''"), json!({"a": ""}));
    }

    #[test]
    fn a_dynamic_configuration_key_keeps_its_dots() {
        let expected = json!({"temporal": {"dynamic-config": {"frontend.rps": 5}}});
        assert_eq!(value("temporal.dynamic-config.frontend.rps=5"), expected);
        assert_eq!(value("temporal.dynamic-config={frontend.rps: 5}"), expected);
    }

    #[test]
    fn what_is_no_assignment_is_refused() {
        for argument in ["replicas", "replicas=", "=", "a=b\nc: d"] {
            assert!(Assignment::read(argument).is_err(), "{argument}");
        }
    }

    proptest! {
        #[test]
        fn any_argument_is_read_or_refused(argument in r#"[a-z.="'{}\[\]:, é]{0,16}"#) {
            let _ = value(&argument);
        }

        #[test]
        fn places_are_carried_back(
            keys in prop::collection::vec("[a-z]{1,5}|[a-z]{2} [a-z]", 1..4),
            value in "[a-z]{1,5}",
        ) {
            let argument = format!("{}={value}", keys.join("."));
            let assignment = Assignment::read(&argument)?;
            let lines: Vec<&str> = assignment.document.lines().collect();
            for (depth, line) in lines.iter().enumerate() {
                let place = Place { line: depth + 1, column: 2 * depth + 1, length: line.len() };
                let found = assignment.in_argument(place);
                let start = found.column - 1;
                prop_assert_eq!(&argument[start..start + found.length], &*keys[depth]);
            }
            let column = lines.last().map_or(0, |line| line.len()) - value.len() + 1;
            let place = Place { line: lines.len(), column, length: value.len() };
            let found = assignment.in_argument(place);
            prop_assert_eq!(&argument[found.column - 1..], &*value);
        }
    }
}
