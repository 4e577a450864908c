//! Node pools. A request for a new cluster contains its pools. After that, pools are separate
//! resources.

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::pools::{self, PROFILES};
use super::super::refusal::Refusal;
use super::super::state::{Progress, Resource, State};
use super::super::version;
use super::draft::Draft;
use super::rules::{Kind, LocationKind, Patch};
use super::{addresses, immutable, kubernetes_version, nodes, pool_size, pool_version};

const MODES: [&str; 2] = ["System", "User"];

pub(super) const KINDS: &[Kind] = &[Kind {
    name: resource_type::POOL,
    versions: version::KUBERNETES,
    location: LocationKind::Parent,
    takes: [150, 60, 120],
    accepted: 201,
    headers: [Headers::AsyncOperation, Headers::Both],
    shows_progress: true,
    check: pool,
    complete,
    patch: Patch::Never,
    deletion_check: Some(check_not_last),
}];

/// Creates or updates the resources of the pools in a cluster's document. Other pools stay.
pub(in super::super) fn settle_pools(state: &mut State, cluster: &ResourceId, now: Timestamp) {
    let key = cluster.key();
    let Some(known) = state.resources.get(&key) else {
        return;
    };
    let (pools, created) = (pools::of(state, known), known.created);
    let given = known.document.pointer(PROFILES).cloned();
    let control = known.document["properties"]["currentKubernetesVersion"].as_str();
    let control = control.unwrap_or_default().to_owned();
    for mut pool in pools {
        let name = pool["name"].as_str().unwrap_or_default().to_owned();
        let id = cluster.child("agentPools", &name);
        let new = given.iter().filter_map(Value::as_array).flatten();
        if let Some(new) = new.into_iter().find(|one| one["name"] == pool["name"]) {
            pools::merge(&mut pool, new);
        }
        if let Some(fields) = pool.as_object_mut() {
            fields.remove("name");
        }
        let before = state.resources.get(&id.key());
        let was = before.map(|one| &one.document["properties"]);
        pool_version::settle(&mut pool, was, &control, now);
        let document = json!({
            "id": id.to_string(), "name": name, "type": resource_type::POOL, "properties": pool,
        });
        let resource = Resource {
            id: before.map_or_else(|| id.to_string(), |one| one.id.clone()),
            kind: resource_type::POOL.to_owned(),
            document,
            progress: before.map_or(Progress::Succeeded, |one| one.progress),
            created: before.map_or(created, |one| one.created),
            changed: before.and_then(|one| one.changed),
        };
        state.resources.insert(id.key(), resource);
    }
    let known = state.resources.get_mut(&key);
    let properties = known.and_then(|one| one.document["properties"].as_object_mut());
    if let Some(properties) = properties {
        properties.remove("agentPoolProfiles");
    }
}

/// Refuses a cluster with invalid pools.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    let wanted = draft.body.pointer(PROFILES).and_then(Value::as_array);
    let wanted: Vec<&Value> = wanted.into_iter().flatten().collect();
    let existing = draft
        .before()
        .map(|cluster| pools::of(draft.state, cluster));
    let control = kubernetes_version::of(draft);
    let mut all = existing.clone().unwrap_or_default();
    for (index, pool) in wanted.iter().enumerate() {
        let named = |one: &&Value| one["name"] == pool["name"];
        let before = existing.iter().flatten().find(named);
        if existing.is_some() && before.is_none() {
            return Err(pool_introduced());
        }
        if wanted.iter().filter(|one| named(one)).count() > 1 {
            return Err(duplicate_name(pool));
        }
        let whole = pools::completed(before, pool);
        check_pool(draft, &format!("{PROFILES}/{index}"), &whole, before)?;
        immutable::pool(before, pool, "agentPoolProfile")?;
        pool_version::check(pool, before, &control)?;
        all.retain(|one| one["name"] != pool["name"]);
        all.push(whole);
    }
    if all.iter().any(pools::is_system) {
        return Ok(());
    }
    let message = "Must define at least one system pool.";
    Err(Refusal::bad("MustDefineAtLeastOneSystemPool", message).about("agentPoolProfiles"))
}

fn pool_introduced() -> Refusal {
    let message = "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations. For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api";
    Refusal::bad("BadRequest", message).about("agentPoolProfiles")
}

fn duplicate_name(pool: &Value) -> Refusal {
    let message = format!(
        "The agent pool name {} is used more than once: names of agent pools must be unique in a managed cluster.",
        pool["name"]
    );
    Refusal::bad("InvalidParameter", message).about("agentPoolProfile.name")
}

/// Checks a request for a single pool. AKS gives the refusal.
fn pool(draft: &Draft<'_>) -> Result<(), Refusal> {
    pool_itself(draft).map_err(Refusal::of_aks)
}

fn pool_itself(draft: &Draft<'_>) -> Result<(), Refusal> {
    let before = draft.before().map(pools::profile);
    let wanted = &draft.body["properties"];
    let mut whole = pools::completed(before.as_ref(), wanted);
    whole["name"] = json!(draft.id.name());
    // In a request for a single pool, the mode is case-sensitive:
    // https://github.com/Azure/AKS/pull/4779
    let mode = wanted["mode"].as_str().unwrap_or("User");
    if !MODES.contains(&mode) {
        let message = format!(
            "The value '{mode}' of mode is not one of: {}.",
            MODES.join(", ")
        );
        return Err(Refusal::bad("InvalidParameter", message).about("properties.mode"));
    }
    check_pool(draft, "/properties", &whole, before.as_ref())?;
    immutable::pool(before.as_ref(), wanted, "properties")?;
    pool_version::check(wanted, before.as_ref(), &control_of(draft.state, draft.id))?;
    addresses::of_pool(draft)?;
    nodes::of_pool(draft)?;
    if before.as_ref().is_some_and(pools::is_system) && !pools::is_system(&whole) {
        return check_not_last(draft.state, draft.id);
    }
    Ok(())
}

/// The Kubernetes version of the pool's cluster.
fn control_of(state: &State, pool: &ResourceId) -> String {
    let cluster = pool.parent().and_then(|id| state.resources.get(&id.key()));
    let version = cluster.map(|one| &one.document["properties"]["currentKubernetesVersion"]);
    let version = version.and_then(Value::as_str);
    version.unwrap_or_default().to_owned()
}

/// Refuses an invalid pool. `at` is its JSON pointer in the body.
fn check_pool(
    draft: &Draft<'_>,
    at: &str,
    whole: &Value,
    before: Option<&Value>,
) -> Result<(), Refusal> {
    let at = |field: &str| format!("{at}/{field}");
    if before.is_none() {
        draft.required(&at("vmSize"))?;
    }
    draft.one_of(&at("osType"), &["Linux", "Windows"])?;
    draft.one_of(&at("mode"), &MODES)?;
    pool_size::check(whole, before)?;
    if let Some(subnet) = draft.text(&at("vnetSubnetID")) {
        super::network::subnet(draft.state, subnet)
            .ok_or_else(|| draft.missing_reference(subnet))?;
    }
    Ok(())
}

/// Refuses to delete the last system pool of a cluster.
fn check_not_last(state: &State, id: &ResourceId) -> Result<(), Refusal> {
    let cluster = id.parent().and_then(|id| state.resources.get(&id.key()));
    let pools = cluster
        .map(|cluster| pools::of(state, cluster))
        .unwrap_or_default();
    let others = |pool: &&Value| {
        let name = pool["name"].as_str().unwrap_or_default();
        !name.eq_ignore_ascii_case(id.name())
    };
    if pools.iter().filter(others).any(pools::is_system) {
        return Ok(());
    }
    let message = "There has to be at least one system agent pool.";
    Err(Refusal::bad("OperationNotAllowed", message).of_aks())
}

/// Adds Azure's defaults to a new pool, and the previous values to an existing one.
fn complete(draft: &Draft<'_>, document: &mut Value) {
    let before = draft.before().map(|one| one.document["properties"].clone());
    let control = control_of(draft.state, draft.id);
    let mut properties = before.clone().unwrap_or_else(|| defaults(&control));
    pools::merge(&mut properties, &document["properties"]);
    pool_version::settle(&mut properties, before.as_ref(), &control, draft.now);
    document["properties"] = properties;
}

/// Azure's defaults for a pool.
pub(super) fn defaults(version: &str) -> Value {
    json!({
        "count": 1,
        "mode": "User",
        "osType": "Linux",
        "powerState": {"code": "Running"},
        "orchestratorVersion": version,
    })
}
