//! The types of the server's settings, and which values each takes.
//!
//! What is refused here the server would not convert (`convert...` in
//! `common/dynamicconfig/collection.go` of its source), or would convert into something else without
//! a word: half a replica into none, a field that a structure does not have into nothing.

use std::fmt;

use serde_json::Value;

use super::go_duration::{LONGEST_SECONDS, is_duration};
use crate::document::instead;

/// A type.
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
    /// What the server converts by code of its own.
    Any,
    List(Box<Kind>),
    /// A map with these keys, all of which may be left out.
    Structure(Vec<(&'static str, Kind)>),
    /// A value, or one that becomes another in the course of time.
    Gradual(Box<Kind>),
}

impl Kind {
    /// Reads a type as the lists have it.
    pub(super) fn of(text: &'static str) -> Self {
        let (kind, rest) = Self::read(text);
        assert!(rest.is_empty(), "`{text}` is no type");
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
            other => unreachable!("`keys/main.go` writes no type `{other}`"),
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

    /// Whether a list is a value of this type, and not only a list of conditional values.
    pub(super) fn takes_lists(&self) -> bool {
        matches!(self, Self::List(_) | Self::Any)
    }

    /// Says what is wrong with a value, if anything.
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
                return Err(format!("unknown field `{name}`{}", instead(name, &names)));
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
    /// What is expected, for people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => out.write_str("`true` or `false`"),
            Self::Int => out.write_str("a whole number"),
            Self::Float => out.write_str("a number"),
            Self::Text => out.write_str("a text"),
            Self::Duration => {
                out.write_str("a duration (such as `250ms`, `1m30s`, `1d`, or a number of seconds)")
            }
            Self::Time => out.write_str("a time (such as `2026-01-31T12:00:00Z`)"),
            Self::Map => out.write_str("a map (`{key: value}`)"),
            Self::Any => out.write_str("a value"),
            Self::List(item) => match **item {
                Self::Text => out.write_str("a list of texts (`[first, second]`)"),
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

/// A value, for people.
pub(super) struct Found<'a>(pub(super) &'a Value);

impl fmt::Display for Found<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => out.write_str("nothing"),
            Value::Bool(_) => write!(out, "`{}`", self.0),
            Value::Number(_) => write!(out, "the number `{}`", self.0),
            Value::String(text) => write!(out, "the text `{text}`"),
            Value::Array(_) => out.write_str("a list"),
            Value::Object(_) => out.write_str("a map"),
        }
    }
}

fn close(text: &'static str, bracket: char) -> &'static str {
    let rest = text.strip_prefix(bracket);
    rest.expect("`keys/main.go` closes what it opens")
}

/// The texts that Go takes for a truth value (`strconv.ParseBool`).
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
