//! What a promotion would change in Azure, without the false changes of a what-if. Pure.

use azure::arm::{Change, ChangeKind, WhatIfState};
use azure::template::is_expression;
use serde::Serialize;
use serde_json::Value;

use super::reading::Reader;

/// The note on a change for which Azure names no properties.
const UNSAID: &str = "Azure does not say which properties";

/// The change of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Such as `Microsoft.Network/virtualNetworks`.
    pub kind: String,
    pub name: String,
    /// A description, if type and name are not enough: who gets which role on what, or how many
    /// nodes of which size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// `create`, `modify`, `delete`, `detach` or `unknown`.
    pub act: &'static str,
    /// Whether Azure is certain.
    pub certain: bool,
    /// The properties that would change, with old and new values.
    pub properties: Vec<Property>,
    /// Why Azure cannot predict the change, or that it names no properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A property that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// The path, with dots between keys and indexes.
    pub path: String,
    pub before: Value,
    pub after: Value,
}

impl Difference {
    /// Whether the resource is a role assignment.
    pub fn is_role_assignment(&self) -> bool {
        self.kind
            .eq_ignore_ascii_case(azure::resource_type::ROLE_ASSIGNMENT)
    }

    /// The description of the resource, or else its name.
    pub fn label(&self) -> &str {
        self.reading.as_deref().unwrap_or(&self.name)
    }
}

/// The changes in a what-if result. Three kinds of false changes are left out:
///
/// - The removal of properties that Azure filled in, which never happens
///   (<https://github.com/Azure/arm-template-whatif/issues/128>). Tags are an exception, because
///   the tags of a template replace all others
///   (<https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources-templates>).
/// - Values of `reference` expressions, because what-if compares the expression text with the value
///   (<https://github.com/Azure/arm-template-whatif/issues/83>).
/// - Values that nobody may read.
///
/// A resource with only false changes is not listed. A resource for which Azure names no property
/// is listed.
pub fn differences(state: &WhatIfState, caller: &str) -> Vec<Difference> {
    let changes = &state.changes.resource_changes;
    let reader = Reader::new(changes, caller);
    let found = changes.iter().filter_map(|it| difference(it, &reader));
    found.collect()
}

fn difference(change: &Change, reader: &Reader) -> Option<Difference> {
    let delta = delta(change);
    let properties = properties(delta);
    let (act, note) = match change.kind() {
        ChangeKind::Nothing => return None,
        ChangeKind::Modify if delta.is_empty() => ("modify", Some(UNSAID.to_owned())),
        ChangeKind::Modify if properties.is_empty() => return None,
        ChangeKind::Create => ("create", None),
        ChangeKind::Modify => ("modify", None),
        ChangeKind::Delete => ("delete", None),
        ChangeKind::Detach => ("detach", None),
        ChangeKind::Unknown => ("unknown", change.unsupported_reason.clone()),
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

/// The delta of a change, including false changes.
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

/// The kind of value that contains the entries of a delta.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    /// Azure keeps the members that a template does not set.
    Object,
    /// The list of the template replaces the old one.
    List,
}

/// Walks a delta, whose entries may be nested.
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

/// The kind of value of an entry. A cluster keeps pools that a template does not list.
fn within_of(path: &str, kind: &str) -> Within {
    let pools = path.ends_with("agentPoolProfiles");
    if kind.eq_ignore_ascii_case("array") && !pools {
        Within::List
    } else {
        Within::Object
    }
}

/// Collects the differences between two values, as deep as both have the same structure.
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

/// Whether a path is `tags` or one of the tags.
fn is_of_tags(path: &str) -> bool {
    path == "tags" || path.starts_with("tags.")
}

/// Whether two values are the same, or cannot be compared.
fn is_same(path: &str, before: &Value, after: &Value) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    match (before, after) {
        // Nobody may read the password, so it cannot be compared.
        _ if last.eq_ignore_ascii_case("administratorLoginPassword") => true,
        (_, Value::String(text)) if is_expression(text) => true,
        // Azure omits values that are off or empty, and objects that have only such values.
        (Value::Null, Value::Bool(on)) => !on,
        (Value::Null, Value::Array(is)) => is.is_empty(),
        (Value::Null, Value::Object(is)) => {
            let same = |(key, it): (&String, &Value)| is_same(key, before, it);
            is.iter().all(same)
        }
        // A profile names major and minor version, and Azure reports the patch version.
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

/// The type and the name in an id: the alternating segments after the last provider.
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
