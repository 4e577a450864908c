//! The published JSON Schemas say what the code reads and writes.
//!
//! A schema that is out of date fails its test; `UPDATE_SCHEMAS=1 cargo test --test schemas`
//! writes all of them anew.

use std::path::Path;

use serde_json::Value;

/// Compares a generated schema with the file that is published at `path`, or writes that file.
fn assert_published(path: &str, schema: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let generated = format!("{schema:#}\n");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&file, generated).expect("the schema's folder can be written");
        return;
    }
    let published = std::fs::read_to_string(&file).unwrap_or_default();
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
