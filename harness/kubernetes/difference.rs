//! The differences between observed and desired objects, property by property. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::group::{DIGEST, reference};

/// A difference that applying would change, or an object that must be recreated.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// The object in `kubectl` notation: `Deployment/web`.
    pub object: String,
    pub what: What,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The object does not exist, or is being deleted.
    Missing,
    /// The object is ours, but no group has it.
    Surplus,
    /// A property has another value.
    Property {
        /// The path, such as `spec.template.spec.containers[name=web].image`.
        path: String,
        /// The observed value; `None` if the property does not exist.
        before: Option<Value>,
        /// The desired value; `None` if the property should not exist.
        after: Option<Value>,
    },
    /// A property of a Secret, whose value is not shown.
    Hidden { path: String },
    /// The object cannot be changed in place: it must be deleted and created again.
    Unchangeable {
        /// The API server's message.
        reason: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            Some(value) => value.to_string(),
            None => "(none)".to_owned(),
        };
        out.write_str(&self.object)?;
        match &self.what {
            What::Missing => out.write_str(" is missing"),
            What::Surplus => out.write_str(" is not part of the topology"),
            What::Property {
                path,
                before,
                after,
            } => write!(out, " {path}: {} -> {}", shown(before), shown(after)),
            What::Hidden { path } => write!(out, " {path}: differs"),
            What::Unchangeable { reason } => write!(out, " must be created again: {reason}"),
        }
    }
}

/// The differences between an object and the result of applying it, without the fields that the API
/// server maintains. Values of a Secret are hidden.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let secret = [before, after]
        .iter()
        .any(|object| object["kind"] == "Secret");
    let changes = changes(
        &without_server_fields(before),
        &without_server_fields(after),
    );
    let what = |change: Change| {
        let path = path(&change.at);
        if secret {
            return What::Hidden { path };
        }
        What::Property {
            path,
            before: change.before,
            after: change.after,
        }
    };
    let object = reference(before);
    let whats = changes.into_iter().map(what);
    whats
        .map(|what| Difference {
            object: object.clone(),
            what,
        })
        .collect()
}

/// The metadata fields that the API server maintains.
const SERVER_FIELDS: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// An object without the API server's fields, and without the digest of its group, which only
/// summarises the other differences.
fn without_server_fields(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata {
        for key in SERVER_FIELDS {
            metadata.remove(key);
        }
        let annotations = metadata.get_mut("annotations");
        if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
            annotations.remove(DIGEST);
        }
    }
    object
}

/// A step of the path to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A key of an object.
    Key(String),
    /// An index in a list, from 0.
    Index(usize),
    /// The name of an element in a list whose elements have unique names.
    Named(String),
}

/// A value that differs before and after.
#[derive(Debug, Clone, PartialEq)]
struct Change {
    at: Vec<Step>,
    before: Option<Value>,
    after: Option<Value>,
}

/// The smallest values that differ.
fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(
    at: &mut Vec<Step>,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Change>,
) {
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in keys {
                at.push(Step::Key(key.clone()));
                compare(at, before.get(key), after.get(key), found);
                at.pop();
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            let Some(elements) = elements(old, new) else {
                return found.push(change(at, before, after));
            };
            for (step, old, new) in elements {
                at.push(step);
                compare(at, old, new, found);
                at.pop();
            }
        }
        _ => found.push(change(at, before, after)),
    }
}

fn change(at: &[Step], before: Option<&Value>, after: Option<&Value>) -> Change {
    Change {
        at: at.to_vec(),
        before: before.cloned(),
        after: after.cloned(),
    }
}

/// The elements of two lists in pairs.
type Elements<'a> = Vec<(Step, Option<&'a Value>, Option<&'a Value>)>;

/// Pairs the elements of two lists; `None` if no pairing is certain.
fn elements<'a>(old: &'a [Value], new: &'a [Value]) -> Option<Elements<'a>> {
    if let (Some(old), Some(new)) = (named(old), named(new)) {
        return by_name(&old, &new);
    }
    let pairs = old.iter().zip(new).enumerate();
    (old.len() == new.len()).then(|| {
        pairs
            .map(|(index, (old, new))| (Step::Index(index), Some(old), Some(new)))
            .collect()
    })
}

/// The elements of a list by their names, as for containers, variables and ports; `None` if the
/// names are not unique.
fn named(list: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let named = list
        .iter()
        .map(|element| Some((element["name"].as_str()?, element)));
    let named: Vec<(&str, &Value)> = named.collect::<Option<_>>()?;
    let distinct: BTreeSet<&str> = named.iter().map(|(name, _)| *name).collect();
    (distinct.len() == named.len()).then_some(named)
}

/// Pairs by name; `None` if the order of the common elements changed.
fn by_name<'a>(old: &[(&'a str, &'a Value)], new: &[(&'a str, &'a Value)]) -> Option<Elements<'a>> {
    let before: BTreeMap<&str, &Value> = old.iter().copied().collect();
    let after: BTreeMap<&str, &Value> = new.iter().copied().collect();
    let staying = |list: &[(&'a str, &'a Value)]| -> Vec<&'a str> {
        let names = list.iter().map(|(name, _)| *name);
        names
            .filter(|name| before.contains_key(name) && after.contains_key(name))
            .collect()
    };
    if staying(old) != staying(new) {
        return None;
    }
    let gone = old
        .iter()
        .filter(|(name, _)| !after.contains_key(name))
        .map(|(name, value)| (Step::Named((*name).to_owned()), Some(*value), None));
    let there = new.iter().map(|(name, value)| {
        let step = Step::Named((*name).to_owned());
        (step, before.get(name).copied(), Some(*value))
    });
    Some(gone.chain(there).collect())
}

/// The path to a value in the notation of `JSONPath`, with names instead of indexes where possible.
fn path(steps: &[Step]) -> String {
    let plain = |key: &str| {
        let mut bytes = key.bytes();
        !key.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) if plain(key) && path.is_empty() => path.push_str(key),
            Step::Key(key) if plain(key) => path.extend([".", key]),
            Step::Key(key) => path.extend(["['", key, "']"]),
            Step::Index(index) => path.extend(["[", &index.to_string(), "]"]),
            Step::Named(name) => path.extend(["[name=", name, "]"]),
        }
    }
    path
}

/// Whether an object is being deleted.
pub(super) fn is_going(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

#[cfg(test)]
mod tests;
