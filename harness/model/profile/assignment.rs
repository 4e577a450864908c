//! `--set key=value`: overrides one value of a profile.
//!
//! The assignment is translated into a small YAML document and parsed like a file, so that a value
//! means the same in both. The positions of errors are translated back to the argument.

use serde::de::DeserializeOwned;

use crate::document::{self, Error, Position};

/// The name of the option in errors.
const OPTION: &str = "--set";

/// The path of the map whose keys contain dots. The rest of the path is one key.
const DOTTED: &str = "temporal.dynamic-config.";

/// An assignment and the document with the same meaning.
#[derive(Debug)]
pub(super) struct Assignment {
    argument: String,
    document: String,
    /// The number of characters of each key in the argument and in the document.
    keys: Vec<(usize, usize)>,
}

impl Assignment {
    /// Parses `a.b=value`.
    pub(super) fn read(argument: &str) -> Result<Self, Error> {
        let wrong = |message: &str| {
            let position = Position {
                line: 1,
                column: 1,
                length: argument.chars().count(),
            };
            Err(Error::in_argument(OPTION, argument, position, message))
        };
        let Some((path, value)) = argument.split_once('=') else {
            return wrong("expected `key=value`, such as `worker.replicas=3`");
        };
        if value.trim().is_empty() {
            return wrong("the value after `=` is missing; write `''` for an empty string");
        }
        if argument.contains(['\n', '\r']) {
            return wrong(
                "a value must be on one line; write `[a, b]` for a list, `{a: b}` for a map",
            );
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

    /// Parses the document into `T`.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        document::parse(OPTION, &self.document).map_err(|error| {
            let start = Position {
                line: 1,
                column: 1,
                length: 0,
            };
            self.error_at(error.position().unwrap_or(start), error.message())
        })
    }

    /// The path of each key, and its position in the document.
    pub(super) fn outline(&self) -> Result<Vec<(Vec<String>, Position)>, Error> {
        document::outline(OPTION, &self.document)
    }

    pub(super) fn argument(&self) -> &str {
        &self.argument
    }

    /// An error of the whole argument.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        let length = self.argument.chars().count();
        let position = Position {
            line: 1,
            column: 1,
            length,
        };
        Error::in_argument(OPTION, &self.argument, position, message)
    }

    /// An error at a position in the document, shown in the argument.
    pub(super) fn error_at(&self, position: Position, message: impl Into<String>) -> Error {
        Error::in_argument(OPTION, &self.argument, self.in_argument(position), message)
    }

    fn in_argument(&self, position: Position) -> Position {
        let depth = position.line.saturating_sub(1).min(self.keys.len() - 1);
        let before: usize = self.keys[..depth].iter().map(|(typed, _)| typed + 1).sum();
        let (typed, written) = self.keys[depth];
        let within = position.column.saturating_sub(1 + 2 * depth);
        // A colon and a space follow the key in the document, and an equals sign in the argument.
        let (offset, length) = match within.checked_sub(written + 2) {
            Some(within) => (typed + 1 + within, position.length),
            None => (0, typed),
        };
        Position {
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
    fn an_argument_that_is_not_an_assignment_is_rejected() {
        for argument in ["replicas", "replicas=", "=", "a=b\nc: d"] {
            assert!(Assignment::read(argument).is_err(), "{argument}");
        }
    }

    proptest! {
        #[test]
        fn no_argument_panics(argument in r#"[a-z.="'{}\[\]:, é]{0,16}"#) {
            let _ = value(&argument);
        }

        #[test]
        fn positions_are_translated_back_to_the_argument(
            keys in prop::collection::vec("[a-z]{1,5}|[a-z]{2} [a-z]", 1..4),
            value in "[a-z]{1,5}",
        ) {
            let argument = format!("{}={value}", keys.join("."));
            let assignment = Assignment::read(&argument)?;
            let lines: Vec<&str> = assignment.document.lines().collect();
            for (depth, line) in lines.iter().enumerate() {
                let position = Position { line: depth + 1, column: 2 * depth + 1, length: line.len() };
                let found = assignment.in_argument(position);
                let start = found.column - 1;
                prop_assert_eq!(&argument[start..start + found.length], &*keys[depth]);
            }
            let column = lines.last().map_or(0, |line| line.len()) - value.len() + 1;
            let position = Position { line: lines.len(), column, length: value.len() };
            let found = assignment.in_argument(position);
            prop_assert_eq!(&argument[found.column - 1..], &*value);
        }
    }
}
