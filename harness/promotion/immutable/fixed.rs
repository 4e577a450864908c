//! Properties that are what they were made as.

use serde_json::Value;

use super::refusal::refusal;
use crate::Check;

/// A property that is what it was made as: where it is, and what people call it.
pub(super) type Fixed = (&'static str, &'static str);

/// Properties that would become something else and cannot.
pub(super) fn fixed(
    what: &str,
    properties: &[Fixed],
    wanted: &Value,
    living: &Value,
    remedy: &str,
) -> Vec<Check> {
    let changed = properties.iter().filter_map(|(pointer, name)| {
        let wanted = wanted.pointer(pointer)?;
        let living = match living.pointer(pointer) {
            // What Azure leaves out is off.
            None if wanted.is_boolean() => &Value::Bool(false),
            living => living?,
        };
        (!is_same(living, wanted)).then(|| {
            let (was, is) = (plain(living), plain(wanted));
            let reason = format!("{name} cannot change from {was} to {is} once it is made");
            refusal(what, reason, remedy)
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

/// A value as people write it; of an id the name.
fn plain(value: &Value) -> String {
    match value.as_str() {
        Some(id) if id.starts_with('/') => id.rsplit('/').next().unwrap_or(id).to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}
