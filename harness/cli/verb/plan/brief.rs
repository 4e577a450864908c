//! What would change, shortened for people; JSON has all of it.

use kubernetes::What;
use promotion::{Difference, Property};
use serde_json::Value;

/// The number of characters of a value that are shown.
const VALUE: usize = 60;
/// The number of digits of a digest that are shown, as elsewhere.
const DIGITS: usize = 12;
/// The number of properties of a resource that are shown.
const PROPERTIES: usize = 12;

/// The name of a resource for people; of a child resource only its own part.
pub(super) fn name(difference: &Difference) -> &str {
    match &difference.reading {
        Some(reading) => reading,
        None => difference.name.rsplit('/').next().unwrap_or_default(),
    }
}

/// The properties of a resource that would change, one a line. Those above the limit are counted.
pub(super) fn properties(difference: &Difference) -> impl Iterator<Item = String> {
    let name = name(difference);
    let shown = difference.properties.iter().take(PROPERTIES);
    let shown = shown.map(move |property| {
        let Property {
            path,
            before,
            after,
        } = property;
        format!("{name}: {path}: {} > {}", value(before), value(after))
    });
    let more = difference.properties.len().saturating_sub(PROPERTIES);
    let more = (more > 0).then(|| format!("{name}: and {more} more, see `--output json`"));
    let note = difference
        .note
        .as_ref()
        .map(|note| format!("{name}: {note}"));
    shown.chain(more).chain(note)
}

/// The line of a change in a Kubernetes object.
pub(super) fn object(difference: &kubernetes::Difference) -> String {
    match &difference.what {
        What::Property {
            path,
            before,
            after,
        } => {
            let value = |it: &Option<Value>| it.as_ref().map_or_else(none, value);
            let object = &difference.object;
            format!("{object} {path}: {} -> {}", value(before), value(after))
        }
        _ => difference.to_string(),
    }
}

fn none() -> String {
    "(none)".to_owned()
}

/// A value, cut to the limit.
fn value(value: &Value) -> String {
    if value.is_null() {
        return none();
    }
    if let Some(digest) = value.as_str().filter(|text| is_digest(text)) {
        return digest[..DIGITS].to_owned();
    }
    let text = value.to_string();
    match text.char_indices().nth(VALUE) {
        None => text,
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// Whether a text looks like a SHA-256.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_digest_is_shown_by_its_first_digits() {
        let digest = "c4".repeat(32);
        assert_eq!(value(&json!(digest)), "c4c4c4c4c4c4");
        assert_eq!(value(&json!(digest[1..])).len(), VALUE + 3);
    }

    #[test]
    fn long_values_are_cut_and_surplus_properties_are_counted() {
        let property = |index: usize| Property {
            path: format!("properties.agentPoolProfiles.{index}"),
            before: Value::Null,
            after: json!({"name": "batch", "text": "ä".repeat(900)}),
        };
        let difference = Difference {
            kind: "Microsoft.ContainerService/managedClusters".to_owned(),
            name: "azure-aks".to_owned(),
            reading: None,
            act: "modify",
            certain: true,
            properties: (0..PROPERTIES + 3).map(property).collect(),
            note: None,
        };
        let lines: Vec<String> = properties(&difference).collect();
        assert_eq!(lines.len(), PROPERTIES + 1);
        assert!(
            lines.iter().all(|line| line.chars().count() < 160),
            "{lines:#?}"
        );
        assert_eq!(
            lines[PROPERTIES],
            "azure-aks: and 3 more, see `--output json`"
        );
        let start = "azure-aks: properties.agentPoolProfiles.0: (none) > {\"name\":\"batch\",";
        assert!(lines[0].starts_with(start), "{}", lines[0]);
    }
}
