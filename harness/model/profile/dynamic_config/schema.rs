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
    let (name, types) = match kind {
        Kind::Bool => ("Boolean", json!(["boolean", "string", "array"])),
        Kind::Int => ("Integer", json!(["integer", "array"])),
        Kind::Float => ("Number", json!(["number", "array"])),
        Kind::Text => ("Text", json!(["string", "array"])),
        Kind::Duration => ("Duration", json!(["string", "number", "array"])),
        Kind::Map | Kind::Structure(_) => ("Map", json!(["object", "array"])),
        Kind::List(_) => ("List", json!(["array"])),
        Kind::Time | Kind::Any | Kind::Gradual(_) => return json!(true),
    };
    let name = format!("DynamicConfig{name}");
    let reference = json!({"$ref": format!("#/definitions/{name}")});
    let definition = json!({"type": types});
    generator.definitions_mut().insert(name, definition);
    reference
}
