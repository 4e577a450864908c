//! What objects differ in from what they should be, property by property. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::group::{DIGEST, reference};

/// Something that applying would change, or would have to take away.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// The object, as `kubectl` takes it: `Deployment/web`.
    pub object: String,
    /// What about it.
    pub what: What,
}

/// What is different about an object.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It is not there, or about to go.
    Missing,
    /// It is ours, and no group has it.
    Surplus,
    /// A property.
    Property {
        /// Where, such as `spec.template.spec.containers[name=web].image`.
        path: String,
        /// What it is; `None` if it is not there.
        before: Option<Value>,
        /// What it should be; `None` if it should not be there.
        after: Option<Value>,
    },
    /// A property of a Secret, which is not shown.
    Hidden {
        /// Where.
        path: String,
    },
    /// It cannot become what it should be: it has to be removed and made anew.
    Unchangeable {
        /// What the API server has against it.
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
            What::Surplus => out.write_str(" belongs to nothing"),
            What::Property {
                path,
                before,
                after,
            } => write!(out, " {path}: {} -> {}", shown(before), shown(after)),
            What::Hidden { path } => write!(out, " {path}: differs"),
            What::Unchangeable { reason } => write!(out, " has to be made anew: {reason}"),
        }
    }
}

/// What differs between an object as it is and as it would be once applied, but for what the API
/// server keeps about it. Nothing of a Secret is shown.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let secret = [before, after]
        .iter()
        .any(|object| object["kind"] == "Secret");
    let changes = changes(&of_ours(before), &of_ours(after));
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

/// What the API server writes into the metadata of an object.
const SERVERS_OWN: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// An object without what the API server writes into it, and without the digest of its group, which
/// only sums up what else is different.
fn of_ours(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata {
        for key in SERVERS_OWN {
            metadata.remove(key);
        }
        let annotations = metadata.get_mut("annotations");
        if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
            annotations.remove(DIGEST);
        }
    }
    object
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A key of an object.
    Key(String),
    /// An element of a list, counted from 0.
    Index(usize),
    /// An element of a list of objects that each have another name.
    Named(String),
}

/// A value that is there before, or after, or both.
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

/// The elements of two lists, those that answer to each other together.
type Elements<'a> = Vec<(Step, Option<&'a Value>, Option<&'a Value>)>;

/// Which element of one list answers to which of the other; `None` if that cannot be said.
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

/// The elements of a list that are told apart by their names, as containers, variables and ports.
fn named(list: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let named = list
        .iter()
        .map(|element| Some((element["name"].as_str()?, element)));
    let named: Vec<(&str, &Value)> = named.collect::<Option<_>>()?;
    let distinct: BTreeSet<&str> = named.iter().map(|(name, _)| *name).collect();
    (distinct.len() == named.len()).then_some(named)
}

/// By their names, unless those that stay have changed places.
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

/// The way to a value, as `JSONPath` writes it, with names in place of numbers where there are some.
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

/// Whether an object is about to go.
pub(super) fn is_going(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

#[cfg(test)]
mod tests;
