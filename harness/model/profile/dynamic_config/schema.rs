//! Dynamic configuration in the published schema, so that an editor completes and checks it.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::list::List;

/// The settings of the newest server there is a list of. Other keys are let through, since a
/// profile may name another server, and case means nothing in them.
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
    Schema::try_from(schema).expect("an object is a schema")
}

/// Refers to the definition of what a type takes: a value, or a list of them with their conditions.
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
