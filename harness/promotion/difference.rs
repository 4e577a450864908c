//! What a promotion would change in Azure, without what only looks like a change. Pure.

use azure::arm::{Act, Change, WhatIfState};
use azure::template::is_expression;
use serde::Serialize;
use serde_json::Value;

use super::reading::Reader;

/// What is said of a resource that Azure would change where it does not say in what.
const UNSAID: &str = "Azure does not say which properties";

/// What would be done to a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its type, such as `Microsoft.Network/virtualNetworks`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it is, where neither type nor name tells: who gets which role on what, how many nodes
    /// of which size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// What would be done: `create`, `modify`, `delete`, `detach` or `unknown`.
    pub act: &'static str,
    /// Whether Azure is sure of it.
    pub certain: bool,
    /// The properties that would change, with what they are and what they would be.
    pub properties: Vec<Property>,
    /// Why Azure cannot tell, or that it does not say which properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A property that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub before: Value,
    /// What it would be.
    pub after: Value,
}

impl Difference {
    /// Whether it is about a role assignment.
    pub fn is_role_assignment(&self) -> bool {
        self.kind.eq_ignore_ascii_case(super::reading::ASSIGNMENT)
    }

    /// What people call the resource.
    pub fn label(&self) -> &str {
        self.reading.as_deref().unwrap_or(&self.name)
    }
}

/// What would change. Three things only look like it: what Azure has filled in and its what-if tells
/// would be taken away, which it never is (<https://github.com/Azure/arm-template-whatif/issues/128>),
/// unless it is a tag, since those of a template come in the place of all
/// (<https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources-templates>);
/// what a `reference` stands for, which what-if leaves as it is written and compares with its value
/// (<https://github.com/Azure/arm-template-whatif/issues/83>); and what nobody may read. A resource
/// for which there is nothing else is not listed. One for which Azure names no property at all is.
pub fn differences(state: &WhatIfState, caller: &str) -> Vec<Difference> {
    let changes = &state.changes.resource_changes;
    let reader = Reader::new(changes, caller);
    let told = changes.iter().filter_map(|it| difference(it, &reader));
    told.collect()
}

fn difference(change: &Change, reader: &Reader) -> Option<Difference> {
    let delta = delta(change);
    let properties = properties(delta);
    let (act, note) = match change.act() {
        Act::Nothing => return None,
        Act::Modify if delta.is_empty() => ("modify", Some(UNSAID.to_owned())),
        Act::Modify if properties.is_empty() => return None,
        Act::Create => ("create", None),
        Act::Modify => ("modify", None),
        Act::Delete => ("delete", None),
        Act::Detach => ("detach", None),
        Act::Unknown => ("unknown", change.unsupported_reason.clone()),
    };
    let id = change
        .id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let (kind, name) = kind_and_name(&id);
    let configuration = change.resource_configuration_changes.as_ref();
    let configuration = configuration.and_then(|it| {
        let sides = ["after", "before"].into_iter();
        sides
            .filter_map(|side| it.get(side))
            .find(|it| it.is_object())
    });
    Some(Difference {
        reading: configuration.and_then(|it| reader.read(&id, &kind, act, it)),
        kind,
        name,
        act,
        certain: change.change_certainty.eq_ignore_ascii_case("definite"),
        properties,
        note,
    })
}

/// What Azure names of a change, whatever it is worth.
fn delta(change: &Change) -> &[Value] {
    let configuration = change.resource_configuration_changes.as_ref();
    let delta = configuration.and_then(|it| it.get("delta")?.as_array());
    delta.map(Vec::as_slice).unwrap_or_default()
}

fn properties(delta: &[Value]) -> Vec<Property> {
    let mut all = Vec::new();
    collect(delta, "", Within::Object, &mut all);
    all
}

/// What entries of a delta are parts of.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    /// What a template does not say of it, Azure leaves as it is.
    Object,
    /// It becomes what a template says, and nothing besides.
    List,
}

/// Walks a delta, whose entries may have entries of their own.
fn collect(delta: &[Value], above: &str, within: Within, all: &mut Vec<Property>) {
    for entry in delta {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let path = below(above, text("path"));
        let children = entry.get("children").and_then(Value::as_array);
        if let Some(children) = children.filter(|it| !it.is_empty()) {
            collect(children, &path, within_of(&path, text("changeType")), all);
            continue;
        }
        let is = |kind: &str| text("changeType").eq_ignore_ascii_case(kind);
        let stays = within == Within::Object && !is_of_tags(&path);
        if is("noEffect") || (is("delete") && stays) {
            continue;
        }
        let value = |key: &str| entry.get(key).unwrap_or(&Value::Null);
        compare(&path, value("before"), value("after"), all);
    }
}

/// What the parts of an entry are parts of. A cluster keeps the pools that it is not told of.
fn within_of(path: &str, kind: &str) -> Within {
    let pools = path.ends_with("agentPoolProfiles");
    if kind.eq_ignore_ascii_case("array") && !pools {
        Within::List
    } else {
        Within::Object
    }
}

/// What of a value would become something else, as deep as both sides are made alike.
fn compare(path: &str, before: &Value, after: &Value, all: &mut Vec<Property>) {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            let gone = was.iter().filter(|(name, _)| {
                let kept = is.keys().any(|kept| kept.eq_ignore_ascii_case(name));
                is_of_tags(path) && !kept
            });
            for (name, before) in gone {
                compare(&below(path, name), before, &Value::Null, all);
            }
            for (key, after) in is {
                let before = was.get(key).unwrap_or(&Value::Null);
                compare(&below(path, key), before, after, all);
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (index, (before, after)) in was.iter().zip(is).enumerate() {
                compare(&below(path, &index.to_string()), before, after, all);
            }
        }
        _ if is_same(path, before, after) => {}
        _ => all.push(Property {
            path: path.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

fn below(above: &str, path: &str) -> String {
    match above {
        "" => path.to_owned(),
        above => format!("{above}.{path}"),
    }
}

/// Whether it is the tags of a resource, or one of them.
fn is_of_tags(path: &str) -> bool {
    path == "tags" || path.starts_with("tags.")
}

/// Whether two values are the same, as far as one can know.
fn is_same(path: &str, before: &Value, after: &Value) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    match (before, after) {
        // What nobody may read cannot be compared.
        _ if last.eq_ignore_ascii_case("administratorLoginPassword") => true,
        (_, Value::String(text)) if is_expression(text) => true,
        // Azure leaves out what is off or empty, and of a whole what is not to be known is nothing.
        (Value::Null, Value::Bool(on)) => !on,
        (Value::Null, Value::Array(is)) => is.is_empty(),
        (Value::Null, Value::Object(is)) => {
            let same = |(key, it): (&String, &Value)| is_same(key, before, it);
            is.iter().all(same)
        }
        // Azure brings patches of the version that a profile names by major and minor.
        (Value::String(was), Value::String(is)) if last == "kubernetesVersion" => {
            was == is
                || was
                    .strip_prefix(is.as_str())
                    .is_some_and(|it| it.starts_with('.'))
        }
        (Value::String(was), Value::String(is)) if !is_of_tags(path) => {
            was.eq_ignore_ascii_case(is)
        }
        _ => before == after,
    }
}

/// Type and name of what an id names: what comes after the last provider, in turn.
fn kind_and_name(id: &str) -> (String, String) {
    let Some((_, last)) = id.rsplit_once("/providers/") else {
        return (String::new(), id.to_owned());
    };
    let mut parts = last.split('/');
    let mut kind = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    while let Some(segment) = parts.next() {
        kind.extend(["/", segment]);
        names.extend(parts.next());
    }
    (kind, names.join("/"))
}

#[cfg(test)]
mod tests;
