//! The types of the server's settings, and the values that each type accepts.
//!
//! This module rejects values that the server cannot convert (`convert...` in
//! `common/dynamicconfig/collection.go` of its source), and values that the server would change
//! without an error: it cuts the fraction of a number, and drops unknown fields of a structure.

use std::fmt;

use serde_json::Value;

use super::go_duration::{LONGEST_SECONDS, is_duration};
use crate::document::suggestion;

/// The type of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    Text,
    Duration,
    /// A point in time.
    Time,
    Map,
    /// A type with its own conversion code in the server.
    Any,
    List(Box<Kind>),
    /// A map with these keys. All keys are optional.
    Structure(Vec<(&'static str, Kind)>),
    /// A value, or a gradual change from one value to another.
    Gradual(Box<Kind>),
}

impl Kind {
    /// Parses a type in the notation of the lists.
    pub(super) fn of(text: &'static str) -> Self {
        let (kind, rest) = Self::read(text);
        assert!(rest.is_empty(), "`{text}` is not a type");
        kind
    }

    fn read(text: &'static str) -> (Self, &'static str) {
        if let Some(inner) = text.strip_prefix('[') {
            let (item, rest) = Self::read(inner);
            return (Self::List(item.into()), close(rest, ']'));
        }
        if let Some(inner) = text.strip_prefix("gradual(") {
            let (value, rest) = Self::read(inner);
            return (Self::Gradual(value.into()), close(rest, ')'));
        }
        if let Some(inner) = text.strip_prefix('{') {
            return Self::read_structure(inner);
        }
        let end = text.find([',', ']', '}', ')']).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let kind = match word {
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "string" => Self::Text,
            "duration" => Self::Duration,
            "time" => Self::Time,
            "map" => Self::Map,
            "any" => Self::Any,
            other => unreachable!("`keys/main.go` does not write a type `{other}`"),
        };
        (kind, rest)
    }

    fn read_structure(mut text: &'static str) -> (Self, &'static str) {
        let mut fields = Vec::new();
        loop {
            let (name, after) = text.split_once(':').expect("a field has a type");
            let (kind, rest) = Self::read(after);
            fields.push((name, kind));
            match rest.strip_prefix(',') {
                Some(more) => text = more,
                None => return (Self::Structure(fields), close(rest, '}')),
            }
        }
    }

    /// Whether a list can be a value of this type.
    pub(super) fn takes_lists(&self) -> bool {
        matches!(self, Self::List(_) | Self::Any)
    }

    /// Checks a value of this type.
    pub(super) fn check(&self, value: &Value) -> Result<(), String> {
        let good = match self {
            Self::Bool => value.is_boolean() || value.as_str().is_some_and(is_bool),
            Self::Int => value.is_i64(),
            Self::Float => value.is_f64() || value.is_i64(),
            Self::Text => value.is_string(),
            Self::Duration => is_duration_value(value),
            Self::Time => value.as_str().map_or(value.is_number(), is_time),
            Self::Map => value.is_object(),
            Self::Any => !value.is_null(),
            Self::List(item) => return self.check_list(item, value),
            Self::Structure(fields) => return self.check_structure(fields, value),
            Self::Gradual(kind) => return self.check_gradual(kind, value),
        };
        if good {
            Ok(())
        } else {
            Err(self.refuse(value))
        }
    }

    fn refuse(&self, value: &Value) -> String {
        format!("expected {self}, found {}", Found(value))
    }

    fn check_list(&self, item: &Self, value: &Value) -> Result<(), String> {
        let items = value.as_array().ok_or_else(|| self.refuse(value))?;
        let mut checked = items.iter().enumerate().map(|(index, value)| {
            let result = item.check(value);
            result.map_err(|wrong| format!("item {}: {wrong}", index + 1))
        });
        checked.find(Result::is_err).unwrap_or(Ok(()))
    }

    fn check_structure(&self, fields: &[(&str, Self)], value: &Value) -> Result<(), String> {
        let entries = value.as_object().ok_or_else(|| self.refuse(value))?;
        for (name, value) in entries {
            let found = fields
                .iter()
                .find(|(field, _)| field.eq_ignore_ascii_case(name));
            let Some((field, kind)) = found else {
                let names: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
                return Err(format!(
                    "unknown field `{name}`{}",
                    suggestion(name, &names)
                ));
            };
            kind.check(value)
                .map_err(|wrong| format!("field `{field}`: {wrong}"))?;
        }
        Ok(())
    }

    fn check_gradual(&self, kind: &Self, value: &Value) -> Result<(), String> {
        if value.is_object() {
            let change = vec![
                ("Old", kind.clone()),
                ("New", kind.clone()),
                ("Start", Self::Time),
                ("End", Self::Time),
            ];
            return Self::Structure(change).check(value);
        }
        kind.check(value).map_err(|_| self.refuse(value))
    }
}

impl fmt::Display for Kind {
    /// The expected value, for error messages.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => out.write_str("`true` or `false`"),
            Self::Int => out.write_str("a whole number"),
            Self::Float => out.write_str("a number"),
            Self::Text => out.write_str("a string"),
            Self::Duration => {
                out.write_str("a duration (such as `250ms`, `1m30s`, `1d`, or a number of seconds)")
            }
            Self::Time => out.write_str("a time (such as `2026-01-31T12:00:00Z`)"),
            Self::Map => out.write_str("a map (`{key: value}`)"),
            Self::Any => out.write_str("a value"),
            Self::List(item) => match **item {
                Self::Text => out.write_str("a list of strings (`[first, second]`)"),
                _ => out.write_str("a list (`[first, second]`)"),
            },
            Self::Structure(fields) => match fields.first() {
                Some((field, _)) => write!(out, "a map of fields (such as `{field}`)"),
                None => out.write_str("a map"),
            },
            Self::Gradual(kind) => {
                write!(out, "{kind}, or a map of `Old`, `New`, `Start` and `End`")
            }
        }
    }
}

/// A value, for error messages.
pub(super) struct Found<'a>(pub(super) &'a Value);

impl fmt::Display for Found<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => out.write_str("nothing"),
            Value::Bool(_) => write!(out, "`{}`", self.0),
            Value::Number(_) => write!(out, "the number `{}`", self.0),
            Value::String(text) => write!(out, "the string `{text}`"),
            Value::Array(_) => out.write_str("a list"),
            Value::Object(_) => out.write_str("a map"),
        }
    }
}

fn close(text: &'static str, bracket: char) -> &'static str {
    let rest = text.strip_prefix(bracket);
    rest.expect("`keys/main.go` closes all brackets")
}

/// Whether Go parses a string as a boolean (`strconv.ParseBool`).
fn is_bool(text: &str) -> bool {
    let known = [
        "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False",
    ];
    known.contains(&text)
}

fn is_duration_value(value: &Value) -> bool {
    match value {
        Value::String(text) => is_duration(text),
        Value::Number(number) => match number.as_i64() {
            Some(seconds) => seconds.unsigned_abs() <= LONGEST_SECONDS,
            None => number.as_f64().is_some_and(|seconds| seconds.abs() < 9.2e9),
        },
        _ => false,
    }
}

fn is_time(text: &str) -> bool {
    text.contains('T') && text.parse::<jiff::Timestamp>().is_ok()
}
