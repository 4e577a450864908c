//! A resolved profile with the origin of every value.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::full::full;
use super::layer::{Layer, Layers};
use super::load::Unresolved;
use super::node::Node;
use super::{Error, Profile};
use crate::document::{self, Origin, Position};
use crate::yaml;

/// All values of a resolved profile, in the order of a file.
///
/// Its text is a profile with the same values, and the origin of each in a comment.
#[derive(Debug)]
pub struct Shown {
    pub entries: Vec<Entry>,
}

/// A value of a profile.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The keys that lead to the value, such as `worker` and `replicas`.
    #[serde(rename = "key", serialize_with = "dotted")]
    pub path: Vec<String>,
    /// The value: no map, except an empty one.
    pub value: Value,
    pub origin: ValueOrigin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueOrigin {
    /// A line of a document.
    Document {
        #[serde(flatten)]
        origin: Origin,
        /// Counted from 1.
        line: usize,
    },
    /// An argument of `--set`.
    Set(String),
    /// No document has it.
    Default,
}

impl Unresolved {
    /// Resolves the profile, and finds the origin of every value.
    ///
    /// # Errors
    /// A required value is missing, or values contradict each other.
    pub fn show(&self) -> Result<Shown, Error> {
        let profile = self.resolve()?;
        Ok(shown(self.layers(), &profile)?)
    }
}

fn shown(layers: &Layers, profile: &Profile) -> Result<Shown, document::Error> {
    let written = json!(layers.merged());
    let outlines = layers
        .last_first()
        .map(|layer| Ok((layer, layer.outline()?)));
    let outlines: Outlines<'_> = outlines.collect::<Result<_, document::Error>>()?;
    let mut entries = Vec::new();
    collect(full(profile), &mut Vec::new(), &mut |path, value| {
        let origin = if contains(&written, path) {
            origin(&outlines, path)
        } else {
            ValueOrigin::Default
        };
        entries.push(Entry {
            path: path.to_vec(),
            value,
            origin,
        });
    });
    Ok(Shown { entries })
}

/// The layers with the positions of their keys, the layer with the highest precedence first.
type Outlines<'a> = Vec<(&'a Layer, Vec<(Vec<String>, Position)>)>;

/// Calls `each` for every value, with its path.
fn collect(node: Node, path: &mut Vec<String>, each: &mut impl FnMut(&[String], Value)) {
    match node {
        Node::Leaf(value) => each(path, value),
        Node::Map(entries) if entries.is_empty() => each(path, json!({})),
        Node::Map(entries) => {
            for (key, node) in entries {
                path.push(key);
                collect(node, path, each);
                path.pop();
            }
        }
    }
}

/// Whether the merged layers have the value. A value of a replaced choice is not there.
fn contains(written: &Value, path: &[String]) -> bool {
    let found = path.iter().try_fold(written, |value, key| {
        let mut entries = value.as_object()?.iter();
        entries.find_map(|(own, value)| own.eq_ignore_ascii_case(key).then_some(value))
    });
    found.is_some_and(|value| !value.is_null())
}

fn origin(outlines: &Outlines<'_>, path: &[String]) -> ValueOrigin {
    let found = outlines.iter().find_map(|(layer, keys)| {
        let mut keys = keys.iter();
        let (_, position) = keys.find(|(own, _)| is_same(own, path))?;
        Some(layer.value_origin(*position))
    });
    found.unwrap_or(ValueOrigin::Default)
}

/// Whether two paths are the same. The keys of the dynamic configuration ignore case, and no two
/// other keys differ in case only.
fn is_same(left: &[String], right: &[String]) -> bool {
    let mut keys = left.iter().zip(right);
    left.len() == right.len() && keys.all(|(left, right)| left.eq_ignore_ascii_case(right))
}

fn dotted<S: Serializer>(path: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.join("."))
}

impl fmt::Display for ValueOrigin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document { origin, line } => write!(out, "{origin}:{line}"),
            Self::Set(argument) => write!(out, "--set {argument}"),
            Self::Default => out.write_str("default"),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<(String, Option<&ValueOrigin>)> = Vec::new();
        let mut before: &[String] = &[];
        for Entry {
            path,
            value,
            origin,
        } in &self.entries
        {
            let shared = before.iter().zip(path).take_while(|(a, b)| a == b).count();
            let (last, maps) = path.split_last().expect("every value has a key");
            for (depth, key) in maps.iter().enumerate().skip(shared) {
                lines.push((
                    format!("{}{}:", "  ".repeat(depth), yaml::string(key)),
                    None,
                ));
            }
            let indent = "  ".repeat(maps.len());
            let value = match value {
                Value::String(text) => yaml::string(text),
                other => other.to_string(),
            };
            lines.push((
                format!("{indent}{}: {value}", yaml::string(last)),
                Some(origin),
            ));
            before = path;
        }
        let told = lines.iter().filter(|(_, origin)| origin.is_some());
        let width = told.map(|(text, _)| text.chars().count()).max();
        let width = width.unwrap_or_default().min(WIDEST);
        for (text, origin) in &lines {
            match origin {
                Some(origin) => writeln!(out, "{text:width$}  # {origin}")?,
                None => writeln!(out, "{text}")?,
            }
        }
        Ok(())
    }
}

/// The column of the comments, unless a value is longer.
const WIDEST: usize = 48;
