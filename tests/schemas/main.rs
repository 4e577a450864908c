//! The published JSON Schemas say what the code reads and writes.
//!
//! A schema that is out of date fails its test; `UPDATE_SCHEMAS=1 cargo test --test schemas`
//! writes all of them anew.

use std::path::Path;

use serde_json::{Value, json};

/// Compares a generated schema with the file that is published at `path`, or writes that file.
fn assert_published(path: &str, schema: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let generated = format!("{schema:#}\n");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs_err::write(&file, generated).expect("the schema's folder can be written");
        return;
    }
    let published = fs_err::read_to_string(&file).unwrap_or_default();
    assert!(
        published == generated,
        "{path} is out of date; run `UPDATE_SCHEMAS=1 cargo test --test schemas`"
    );
}

#[test]
fn the_profile_schema_is_published() {
    let schema = model::profile::json_schema();
    assert_published("profiles/profile.schema.json", &schema);
}

#[test]
fn the_scenario_schema_is_published() {
    let schema = scenario::json_schema();
    assert_published("scenarios/scenario.schema.json", &schema);
}

#[test]
fn the_report_schema_is_published() {
    let schema = scenario::report::json_schema();
    assert_published("docs/report.schema.json", &schema);
}

/// Every property without a description. A property is described by its own schema, by the
/// definition that it refers to, or, if it is the only property of a variant, by that variant.
fn undescribed(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(schema, schema, "", &mut found);
    found
}

fn walk(root: &Value, here: &Value, path: &str, found: &mut Vec<String>) {
    let properties = here["properties"].as_object().into_iter().flatten();
    for (name, property) in properties.clone() {
        let is_variant = path.contains("/oneOf/") && properties.clone().count() == 1;
        let described = is_described(root, property) || (is_variant && is_described(root, here));
        if !described {
            found.push(format!("{path}/properties/{name}"));
        }
    }
    match here {
        Value::Object(entries) => {
            for (key, value) in entries {
                walk(root, value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(root, item, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn is_described(root: &Value, schema: &Value) -> bool {
    let is_text = |it: &Value| it.as_str().is_some_and(|text| !text.trim().is_empty());
    let target = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    let target = target.and_then(|pointer| root.pointer(pointer));
    is_text(&schema["description"]) || target.is_some_and(|target| is_described(root, target))
}

#[test]
fn every_property_of_a_published_schema_is_described() {
    for schema in [
        model::profile::json_schema(),
        scenario::json_schema(),
        scenario::report::json_schema(),
    ] {
        assert_eq!(undescribed(&schema), [""; 0], "{}", schema["title"]);
    }
}

#[test]
fn a_property_without_a_description_is_found_wherever_it_is() {
    let schema = json!({
        "properties": {
            "said": {"description": "Something"},
            "bare": {"type": "string"},
            "empty": {"description": " "},
            "referred": {"$ref": "#/definitions/Said"},
            "void": {"$ref": "#/definitions/Bare"},
        },
        "definitions": {
            "Said": {"description": "Something"},
            "Bare": {"oneOf": [
                {"description": "One", "properties": {"one": {}}},
                {"properties": {"other": {}}},
                {"description": "Two", "properties": {"two": {}, "three": {}}},
            ]},
        },
    });
    let mut found = undescribed(&schema);
    found.sort();
    assert_eq!(
        found,
        [
            "/definitions/Bare/oneOf/1/properties/other",
            "/definitions/Bare/oneOf/2/properties/three",
            "/definitions/Bare/oneOf/2/properties/two",
            "/properties/bare",
            "/properties/empty",
            "/properties/void",
        ]
    );
}
