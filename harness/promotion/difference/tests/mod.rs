//! The changes that are read from what-if results.

mod noise;
mod reported;

use serde_json::json;

use super::*;

fn of(changes: &Value) -> Vec<Difference> {
    let state = json!({"changes": {"resourceChanges": changes}});
    let state = serde_json::from_value(state).expect("a result");
    differences(&state, "me")
}

const SERVER: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforMySQL/\
                      flexibleServers/m";

fn modified(delta: &Value) -> Vec<Difference> {
    of(
        &json!([{"id": SERVER, "changeType": "modify", "changeCertainty": "definite",
                "resourceConfigurationChanges": {"delta": delta}}]),
    )
}

/// The paths of the changed properties.
fn paths(delta: &Value) -> Vec<String> {
    let changed = modified(delta).into_iter().flat_map(|it| it.properties);
    changed.map(|it| it.path).collect()
}
