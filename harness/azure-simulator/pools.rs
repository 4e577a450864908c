//! The node pools of a cluster: their form in the cluster's document, and the merge of changes.

use azure::resource_type;
use serde_json::{Value, json};

use super::id::ResourceId;
use super::state::{Resource, State};

pub(super) const PROFILES: &str = "/properties/agentPoolProfiles";

/// The pools of a cluster, as a GET of the cluster shows them.
pub(super) fn of(state: &State, cluster: &Resource) -> Vec<Value> {
    let id = ResourceId::parse(&cluster.id);
    let is_pool = |one: &&Resource| one.kind == resource_type::POOL;
    let mut all: Vec<Value> = state.below(&id).filter(is_pool).map(profile).collect();
    // Earlier versions saved the pools in the cluster's document.
    let kept = cluster.document.pointer(PROFILES).and_then(Value::as_array);
    for pool in kept.into_iter().flatten() {
        if !all.iter().any(|one| one["name"] == pool["name"]) {
            all.push(pool.clone());
        }
    }
    all
}

/// A pool in the form that it has in its cluster's document.
pub(super) fn profile(pool: &Resource) -> Value {
    let mut profile = pool.document["properties"].clone();
    profile["name"] = pool.document["name"].clone();
    profile["provisioningState"] = json!(pool.progress);
    profile
}

/// Merges one document into another. Values that `from` leaves out stay. AKS treats a PUT like this
/// (<https://github.com/Azure/azure-cli-extensions/pull/6809>).
pub(super) fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from.clone(),
    }
}

/// The wanted pool, completed from the pool as it was before.
pub(super) fn completed(before: Option<&Value>, wanted: &Value) -> Value {
    let mut whole = before.cloned().unwrap_or_default();
    merge(&mut whole, wanted);
    whole
}

pub(super) fn is_system(pool: &Value) -> bool {
    pool["mode"]
        .as_str()
        .is_some_and(|mode| mode.eq_ignore_ascii_case("System"))
}
