//! The JSON Schema of a profile file, for editors.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::Profile;

/// The schema of a profile as it is written, in the draft that YAML editors know best.
pub fn json_schema() -> Value {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<Profile>()
        .to_value()
}
