//! Dynamic configuration in the published schema, so that editors can complete and check it.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::list::List;

/// The settings of the newest server with a list. The schema allows other keys, because a profile
/// may use another server version, and because the server ignores the case of keys.
pub(super) fn of_newest(generator: &mut SchemaGenerator) -> Schema {
    let properties: Map<String, Value> = List::newest()
        .settings()
        .map(|setting| {
            (
                setting.key.to_owned(),
                reference(&setting.kind(), generator),
            )
        })
        .collect();
    let schema = json!({"type": "object", "properties": properties});
    Schema::try_from(schema).expect("an object is a valid schema")
}

/// A reference to the schema of a type: a value, or a list of values with constraints.
fn reference(kind: &Kind, generator: &mut SchemaGenerator) -> Value {
    let (name, value, types) = match kind {
        Kind::Bool => (
            "Boolean",
            "`true` or `false`",
            json!(["boolean", "string", "array"]),
        ),
        Kind::Int => ("Integer", "A whole number", json!(["integer", "array"])),
        Kind::Float => ("Number", "A number", json!(["number", "array"])),
        Kind::Text => ("Text", "Text", json!(["string", "array"])),
        Kind::Duration => (
            "Duration",
            "A duration such as `90s` or `1.5h`, or a number of seconds",
            json!(["string", "number", "array"]),
        ),
        Kind::Map | Kind::Structure(_) => {
            ("Map", "Keys with their values", json!(["object", "array"]))
        }
        Kind::List(_) => ("List", "A list of values", json!(["array"])),
        Kind::Time | Kind::Any | Kind::Gradual(_) => ("Any", "A value of any type", Value::Null),
    };
    let name = format!("DynamicConfig{name}");
    let reference = json!({"$ref": format!("#/definitions/{name}")});
    let description = format!(
        "{value}, or a list of such values with their constraints. If the key is not set, the server \
         uses its default."
    );
    let mut definition = json!({"description": description});
    if !types.is_null() {
        definition["type"] = types;
    }
    generator.definitions_mut().insert(name, definition);
    reference
}
