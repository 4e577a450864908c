//! Properties that cannot change after creation.

use base::hint::Hint;
use serde_json::Value;

use super::refusal::refusal;
use crate::Check;

/// A property that cannot change: its JSON pointer, and its name for people.
pub(super) type Fixed = (&'static str, &'static str);

/// The properties that would change but cannot.
pub(super) fn fixed(
    what: &str,
    properties: &[Fixed],
    wanted: &Value,
    living: &Value,
    remedy: &Hint,
) -> Vec<Check> {
    let changed = properties.iter().filter_map(|(pointer, name)| {
        let wanted = wanted.pointer(pointer)?;
        let living = match living.pointer(pointer) {
            // Azure omits a boolean that is off.
            None if wanted.is_boolean() => &Value::Bool(false),
            living => living?,
        };
        (!is_same(living, wanted)).then(|| {
            let (was, is) = (plain(living), plain(wanted));
            let reason = format!("{name} cannot change from {was} to {is} after creation");
            refusal(what, reason, remedy.clone())
        })
    });
    changed.collect()
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// A value for people; of an id only the name.
fn plain(value: &Value) -> String {
    match value.as_str() {
        Some(id) if id.starts_with('/') => id.rsplit('/').next().unwrap_or(id).to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}
