//! The JSON Schema of profile files, for editors.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::Profile;

/// The schema of a profile file, in draft 7, which most YAML editors support.
pub fn json_schema() -> Value {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<Profile>()
        .to_value()
}
