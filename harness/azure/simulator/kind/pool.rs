//! Pools of nodes: a part of their cluster when it is made, and resources of their own from then on.

use serde_json::{Map, Value, json};

use super::super::super::limits;
use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::state::{Progress, Resource, State};
use super::super::version;
use super::{Draft, Kind, Place, immutable, nodes};

const NAME: &str = "Microsoft.ContainerService/managedClusters/agentPools";
const PROFILES: &str = "/properties/agentPoolProfiles";

pub(super) const KINDS: &[Kind] = &[Kind {
    name: NAME,
    versions: version::KUBERNETES,
    place: Place::Parent,
    takes: [150, 60, 120],
    accepted: 201,
    headers: [Headers::AsyncOperation, Headers::Both],
    shows_progress: true,
    check: pool,
    complete,
    held: Some(last),
}];

/// The pools of a cluster, as a GET of it shows them.
pub(in super::super) fn of(state: &State, cluster: &Resource) -> Vec<Value> {
    let id = ResourceId::parse(&cluster.id);
    let is_pool = |one: &&Resource| one.kind == NAME;
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

impl Cloud {
    /// Makes resources of the pools that a cluster was given, and forgets none that it was not.
    pub(in super::super) fn settle_pools(&mut self, cluster: &ResourceId) {
        let key = cluster.key();
        let Some(known) = self.state.resources.get(&key) else {
            return;
        };
        let (pools, created) = (of(&self.state, known), known.created);
        let given = known.document.pointer(PROFILES).cloned();
        for mut pool in pools {
            let name = pool["name"].as_str().unwrap_or_default().to_owned();
            let id = cluster.child("agentPools", &name);
            let new = given.iter().filter_map(Value::as_array).flatten();
            if let Some(new) = new.into_iter().find(|one| one["name"] == pool["name"]) {
                merge(&mut pool, new);
            }
            if let Some(fields) = pool.as_object_mut() {
                fields.remove("name");
            }
            let before = self.state.resources.get(&id.key());
            let document = json!({
                "id": id.to_string(), "name": name, "type": NAME, "properties": pool,
            });
            let resource = Resource {
                id: before.map_or_else(|| id.to_string(), |one| one.id.clone()),
                kind: NAME.to_owned(),
                document,
                progress: before.map_or(Progress::Succeeded, |one| one.progress),
                created: before.map_or(created, |one| one.created),
                changed: before.and_then(|one| one.changed),
            };
            self.state.resources.insert(id.key(), resource);
        }
        let known = self.state.resources.get_mut(&key);
        let properties = known.and_then(|one| one.document["properties"].as_object_mut());
        if let Some(properties) = properties {
            properties.remove("agentPoolProfiles");
        }
    }
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

/// Refuses a cluster whose pools Azure would refuse.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    let wanted = draft.body.pointer(PROFILES).and_then(Value::as_array);
    let wanted: Vec<&Value> = wanted.into_iter().flatten().collect();
    let there = draft.before().map(|cluster| of(draft.state, cluster));
    for (index, pool) in wanted.iter().enumerate() {
        named(pool["name"].as_str().unwrap_or_default())?;
        let at = format!("{PROFILES}/{index}");
        let before = there
            .iter()
            .flatten()
            .find(|one| one["name"] == pool["name"]);
        if there.is_some() && before.is_none() {
            return Err(introduced());
        }
        fits(draft, &at, before.is_none())?;
        immutable::pool(before, pool, "agentPoolProfile")?;
    }
    let stays = |pool: &Value| !wanted.iter().any(|one| one["name"] == pool["name"]);
    let kept = there.iter().flatten().filter(|pool| stays(pool));
    if wanted.iter().copied().chain(kept).any(is_system) {
        return Ok(());
    }
    let message = "Must define at least one system pool.";
    Err(Refusal::bad("MustDefineAtLeastOneSystemPool", message).about("agentPoolProfiles"))
}

fn introduced() -> Refusal {
    let message = "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations. For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api";
    Refusal::bad("BadRequest", message).about("agentPoolProfiles")
}

/// Refuses a pool by itself, as AKS does it.
fn pool(draft: &Draft<'_>) -> Result<(), Refusal> {
    pool_itself(draft).map_err(Refusal::of_aks)
}

fn pool_itself(draft: &Draft<'_>) -> Result<(), Refusal> {
    named(draft.id.name())?;
    at_rest(draft)?;
    let before = draft.before();
    fits(draft, "/properties", before.is_none())?;
    let before = before.map(|one| &one.document["properties"]);
    immutable::pool(before, &draft.body["properties"], "properties")?;
    nodes::of_pool(draft)?;
    let leaves = draft.text("/properties/mode") == Some("User");
    if leaves && before.is_some_and(is_system) {
        return last(draft.state, draft.id);
    }
    Ok(())
}

/// A cluster that is changed takes no change of a pool meanwhile.
fn at_rest(draft: &Draft<'_>) -> Result<(), Refusal> {
    let cluster = draft.id.parent().map(|id| id.key()).unwrap_or_default();
    let mut running = draft.state.operations.values();
    if !running.any(|one| one.is_running() && one.target == cluster) {
        return Ok(());
    }
    let message = "Operation is not allowed: Another operation (Updating) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details";
    Err(Refusal::conflict("OperationNotAllowed", message))
}

fn named(name: &str) -> Result<(), Refusal> {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    let letters = begins && name.chars().all(letters);
    if letters && name.len() <= 12 && !limits::is_pool_reserved(name) {
        return Ok(());
    }
    let message = "The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules for more details.";
    Err(Refusal::bad("InvalidParameter", message).about("agentPoolProfile.name"))
}

/// Refuses what no pool can be.
fn fits(draft: &Draft<'_>, at: &str, new: bool) -> Result<(), Refusal> {
    let at = |field: &str| format!("{at}/{field}");
    if new {
        draft.required(&at("vmSize"))?;
    }
    draft.one_of(&at("osType"), &["Linux", "Windows"])?;
    draft.one_of(&at("mode"), &["System", "User"])?;
    draft.within(&at("count"), 0, 1000)?;
    draft.within(&at("maxPods"), 10, 250)?;
    if let Some(subnet) = draft.text(&at("vnetSubnetID")) {
        super::network::subnet(draft.state, subnet).ok_or_else(|| draft.dangling(subnet))?;
    }
    Ok(())
}

pub(super) fn is_system(pool: &Value) -> bool {
    pool["mode"]
        .as_str()
        .is_some_and(|mode| mode.eq_ignore_ascii_case("System"))
}

/// Why the last system pool of a cluster does not go.
fn last(state: &State, id: &ResourceId) -> Result<(), Refusal> {
    let cluster = id.parent().and_then(|id| state.resources.get(&id.key()));
    let pools = cluster
        .map(|cluster| of(state, cluster))
        .unwrap_or_default();
    let others = |pool: &&Value| {
        !pool["name"]
            .as_str()
            .is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
    };
    if pools.iter().filter(others).any(is_system) {
        return Ok(());
    }
    let message = "There has to be at least one system agent pool.";
    Err(Refusal::bad("OperationNotAllowed", message))
}

/// Adds what Azure adds: to a pool of which it says nothing, what it is.
fn complete(draft: &Draft<'_>, document: &mut Value) {
    let before = draft.before().map(|one| one.document["properties"].clone());
    let mut properties = before.unwrap_or_else(|| {
        let cluster = draft
            .id
            .parent()
            .and_then(|id| draft.state.resources.get(&id.key()));
        let version = cluster.map(|one| &one.document["properties"]["currentKubernetesVersion"]);
        defaults(version.unwrap_or(&Value::Null))
    });
    merge(&mut properties, &document["properties"]);
    document["properties"] = properties;
}

/// What a pool is where nothing is said of it.
pub(super) fn defaults(version: &Value) -> Value {
    let mut defaults = Map::new();
    for (key, value) in [
        ("count", json!(1)),
        ("mode", json!("User")),
        ("osType", json!("Linux")),
        ("powerState", json!({"code": "Running"})),
        ("orchestratorVersion", version.clone()),
        ("currentOrchestratorVersion", version.clone()),
    ] {
        defaults.insert(key.to_owned(), value);
    }
    Value::Object(defaults)
}
