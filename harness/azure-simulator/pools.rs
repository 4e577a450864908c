//! The pools of a cluster: how it shows them, and how a change is merged into one.

use azure::resource_type;
use serde_json::{Value, json};

use super::id::ResourceId;
use super::state::{Resource, State};

pub(super) const PROFILES: &str = "/properties/agentPoolProfiles";

/// The pools of a cluster, as a GET of it shows them.
pub(super) fn of(state: &State, cluster: &Resource) -> Vec<Value> {
    let id = ResourceId::parse(&cluster.id);
    let is_pool = |one: &&Resource| one.kind == resource_type::POOL;
    let mut all: Vec<Value> = state.below(&id).filter(is_pool).map(profile).collect();
    // A cluster that was kept before pools were resources has them in its own document.
    let kept = cluster.document.pointer(PROFILES).and_then(Value::as_array);
    for pool in kept.into_iter().flatten() {
        if !all.iter().any(|one| one["name"] == pool["name"]) {
            all.push(pool.clone());
        }
    }
    all
}

/// A pool as a part of its cluster.
pub(super) fn profile(pool: &Resource) -> Value {
    let mut profile = pool.document["properties"].clone();
    profile["name"] = pool.document["name"].clone();
    profile["provisioningState"] = json!(pool.progress);
    profile
}

/// Writes what a document says over another, which keeps what it does not say: so AKS takes a PUT
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

/// A pool with what is not said of it as it was.
pub(super) fn over(before: Option<&Value>, wanted: &Value) -> Value {
    let mut whole = before.cloned().unwrap_or_default();
    merge(&mut whole, wanted);
    whole
}

pub(super) fn is_system(pool: &Value) -> bool {
    pool["mode"]
        .as_str()
        .is_some_and(|mode| mode.eq_ignore_ascii_case("System"))
}
