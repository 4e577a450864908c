//! What would change of the resource group and of the stack themselves, which is tags above all: a
//! what-if lists what is in a stack, and nothing around it. Pure.

use std::collections::BTreeMap;

use azure::arm::{ResourceGroup, Stack, StackSpec, is_at_rest};
use azure::resource_type;
use jiff::Timestamp;
use model::azure_limits::{find_tag, is_same_tag};
use model::profile::azure::Azure;
use places::azure::{
    DIGEST, EXPIRES, OVERRIDE, PROMOTER, TEMPLATE, TIME_TO_LIVE, digest_of, group_tags,
};
use serde_json::{Value, json};

use super::{Difference, Property};

type Tags = BTreeMap<String, String>;

/// Tags of a stack that are not compared with those of the next: whose values follow from others, or
/// are made as it is promoted, as the reason of its gate is.
const OWN: [&str; 4] = [TEMPLATE, DIGEST, PROMOTER, OVERRIDE];

impl Difference {
    /// Whether it is about the resource group, which is no part of the stack.
    pub fn is_of_group(&self) -> bool {
        self.kind == resource_type::GROUP
    }
}

/// What a promotion would write anew of a resource group that is there. The tags that others have set
/// stay. The time that it has begins anew with every promotion, and that alone is no difference: only
/// another `time-to-live` is.
pub(super) fn of_group(group: &ResourceGroup, azure: &Azure, profile: &str) -> Option<Difference> {
    let name = group.id.name();
    let wanted = group_tags(azure, profile);
    let kept = wanted.iter().filter_map(|(name, after)| {
        let before = find_tag(&group.tags, name);
        (before != Some(after)).then(|| property(name, before, Some(after)))
    });
    let properties: Vec<Property> = kept.chain(time(&group.tags, azure)).collect();
    (!properties.is_empty()).then(|| modified(resource_type::GROUP, name, properties, None))
}

/// From when the group may be destroyed, where that follows from another `time-to-live` than the
/// profile's. A group of before that tag is taken at its word.
fn time(tags: &Tags, azure: &Azure) -> Option<Property> {
    let wanted = azure.time_to_live.map(|time| time.to_string());
    let (expires, promoted) = (find_tag(tags, EXPIRES), find_tag(tags, TIME_TO_LIVE));
    let is_same = match (&wanted, expires) {
        (None, None) => true,
        (Some(wanted), Some(expires)) => {
            let is_time = expires.parse::<Timestamp>().is_ok();
            is_time && promoted.is_none_or(|promoted| promoted == wanted)
        }
        (Some(_), None) | (None, Some(_)) => false,
    };
    let after = wanted.map(|time| format!("{time} after the promotion"));
    (!is_same).then(|| property(EXPIRES, expires, after.as_ref()))
}

/// What would become of a stack that is there, besides what its resources tell: what runs in the
/// cluster is a part of it that no resource shows. `deny` is what a what-if says of what others may not
/// do, and `is_told` whether any resource would change, or nobody knows.
pub(super) fn of_stack(
    stack: &Stack,
    spec: &StackSpec,
    deny: Option<&Value>,
    is_told: bool,
) -> Option<Difference> {
    let compared = |name: &str| !OWN.iter().any(|own| is_same_tag(own, name));
    let names = spec.tags.keys().filter(|name| compared(name));
    let changed = names.filter_map(|name| {
        let (before, after) = (find_tag(&stack.tags, name), spec.tags.get(name));
        (before != after).then(|| property(name, before, after))
    });
    let gone = stack.tags.iter().filter_map(|(name, before)| {
        let goes = compared(name) && find_tag(&spec.tags, name).is_none();
        goes.then(|| property(name, Some(before), None))
    });
    let denied = deny.and_then(denied);
    let properties: Vec<Property> = changed.chain(gone).chain(denied).collect();
    let note = remade(stack, spec, is_told || !properties.is_empty());
    let stays = properties.is_empty() && note.is_none();
    (!stays).then(|| modified(resource_type::STACK, stack.id.name(), properties, note))
}

/// What others may not do with what is in a stack, where somebody has changed that. Its finer points
/// are not compared: Azure tells them in more than one way.
fn denied(change: &Value) -> Option<Property> {
    let mode = |side: &str| change.get(side)?.get("mode")?.as_str();
    let (before, after) = (mode("before")?, mode("after")?);
    (!before.eq_ignore_ascii_case(after)).then(|| Property {
        path: "denySettings.mode".to_owned(),
        before: json!(before),
        after: json!(after),
    })
}

/// Why a stack is made again although nothing is seen that would change.
fn remade(stack: &Stack, spec: &StackSpec, is_told: bool) -> Option<String> {
    let state = &stack.properties.provisioning_state;
    let again = "`harness promote` makes it again";
    if is_at_rest(state) && !state.eq_ignore_ascii_case("succeeded") {
        Some(format!("it is {state}: {again}"))
    } else if digest_of(&stack.tags).is_none() {
        Some(format!("it does not say what it was made from: {again}"))
    } else if !is_told && find_tag(&stack.tags, TEMPLATE) != spec.tags.get(TEMPLATE) {
        Some(format!(
            "it was made from another template, and its resources show no change: {again}"
        ))
    } else {
        None
    }
}

fn property(name: &str, before: Option<&String>, after: Option<&String>) -> Property {
    let text = |text: Option<&String>| text.map_or(Value::Null, |text| json!(text));
    Property {
        path: format!("tags.{name}"),
        before: text(before),
        after: text(after),
    }
}

fn modified(kind: &str, name: &str, properties: Vec<Property>, note: Option<String>) -> Difference {
    Difference {
        kind: kind.to_owned(),
        name: name.to_owned(),
        reading: None,
        act: "modify",
        certain: true,
        properties,
        note,
    }
}

#[cfg(test)]
mod tests;
