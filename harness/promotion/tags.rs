//! Changes of the resource group and of the stack itself, mostly tags. A what-if lists only the
//! resources in a stack. Pure.

use std::collections::BTreeMap;

use azure::arm::{ResourceGroup, Stack, StackSpec, is_terminal_state};
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

/// Tags of a stack that are not compared, because their values follow from other tags, or are set
/// at each promotion, such as the reason for overriding the gate.
const OWN: [&str; 4] = [TEMPLATE, DIGEST, PROMOTER, OVERRIDE];

impl Difference {
    /// Whether it is the resource group, which is not part of the stack.
    pub fn is_of_group(&self) -> bool {
        self.kind == resource_type::GROUP
    }
}

/// The changes of an existing resource group. Tags that others have set stay. Every promotion
/// restarts the time to live, which is no change unless the profile's `time-to-live` changes.
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

/// The change of the expiry time, if the group was promoted with another `time-to-live` than the
/// profile's. For a group without that tag, the `time-to-live` counts as unchanged.
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

/// The changes of an existing stack apart from its resources, such as of the topology in the
/// cluster, which no resource shows. `deny` is the change of the deny settings in a what-if.
/// `is_reported` says whether any resource would change, or that is unknown.
pub(super) fn of_stack(
    stack: &Stack,
    spec: &StackSpec,
    deny: Option<&Value>,
    is_reported: bool,
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
    let note = remade(stack, spec, is_reported || !properties.is_empty());
    let stays = properties.is_empty() && note.is_none();
    (!stays).then(|| modified(resource_type::STACK, stack.id.name(), properties, note))
}

/// The change of the deny mode, if there is one. Other deny settings are not compared, because
/// Azure writes the same settings in several ways.
fn denied(change: &Value) -> Option<Property> {
    let mode = |side: &str| change.get(side)?.get("mode")?.as_str();
    let (before, after) = (mode("before")?, mode("after")?);
    (!before.eq_ignore_ascii_case(after)).then(|| Property {
        path: "denySettings.mode".to_owned(),
        before: json!(before),
        after: json!(after),
    })
}

/// Why a stack is deployed again although no change is visible.
fn remade(stack: &Stack, spec: &StackSpec, is_reported: bool) -> Option<String> {
    let state = &stack.properties.provisioning_state;
    let again = "`promote` deploys it again";
    if is_terminal_state(state) && !state.eq_ignore_ascii_case("succeeded") {
        Some(format!("it is {state}: {again}"))
    } else if digest_of(&stack.tags).is_none() {
        Some(format!(
            "it has no digest of its template and parameters: {again}"
        ))
    } else if !is_reported && find_tag(&stack.tags, TEMPLATE) != spec.tags.get(TEMPLATE) {
        Some(format!(
            "it was deployed from another template, but its resources show no change: {again}"
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
