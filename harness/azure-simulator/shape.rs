//! Checks the JSON types of a request body: which properties are objects or lists of objects.

use serde_json::Value;

use super::refusal::Refusal;

/// Properties that must be objects if they are present.
const OBJECTS: [&str; 4] = ["/identity", "/properties", "/sku", "/tags"];

/// Properties that must be lists of objects if they are present.
const LISTS: [&str; 2] = ["/properties/agentPoolProfiles", "/properties/subnets"];

/// Refuses a document that Azure cannot deserialize.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    let objects = OBJECTS
        .iter()
        .filter_map(|path| Some((*path, body.pointer(path)?)));
    for (path, value) in objects {
        object(path, value)?;
    }
    let lists = LISTS
        .iter()
        .filter_map(|path| Some((*path, body.pointer(path)?)));
    for (path, list) in lists.filter(|(_, list)| !list.is_null()) {
        let entries = list
            .as_array()
            .ok_or_else(|| unreadable(path, "an array"))?;
        for entry in entries {
            if !entry.is_object() {
                return Err(unreadable(path, "an array of objects"));
            }
            object(path, &entry["properties"])?;
        }
    }
    Ok(())
}

fn object(path: &str, value: &Value) -> Result<(), Refusal> {
    if value.is_null() || value.is_object() {
        return Ok(());
    }
    Err(unreadable(path, "an object"))
}

fn unreadable(path: &str, what: &str) -> Refusal {
    let path = path.trim_start_matches('/').replace('/', ".");
    let message = format!(
        "The request content was invalid and could not be deserialized: '{path}' must be {what}."
    );
    Refusal::bad("InvalidRequestContent", message)
}
