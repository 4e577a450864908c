//! The JSON Schema of a scenario file, for editors.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::Scenario;

/// The schema of a scenario file, in the draft that YAML editors support best.
pub fn json_schema() -> Value {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<Scenario>()
        .to_value()
}
