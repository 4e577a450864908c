//! The Kubernetes versions that a cluster and its pools can be upgraded to.
//!
//! <https://learn.microsoft.com/rest/api/aks/managed-clusters/get-upgrade-profile>

use std::time::Duration;

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::begin::{announced, arm, begin};
use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind::{self, Kind, kind_of};
use super::lookup;
use super::message::Response;
use super::offer;
use super::operation::{Act, Headers};
use super::pools;
use super::power;
use super::refusal::Refusal;
use super::settings::Settings;
use super::show::cased;
use super::state::{Progress, State};

/// Answers a request about upgrade profiles. Returns `None` for another path.
pub(super) fn upgrade_api(
    settings: &Settings,
    state: &State,
    now: Timestamp,
    id: &ResourceId,
    version: &str,
) -> Option<Result<Response, Refusal>> {
    let kind = id.kind()?;
    let of = kind.strip_suffix("/upgradeProfiles")?;
    let known = [resource_type::CLUSTER, resource_type::POOL].contains(&of);
    let asked = known && id.name().eq_ignore_ascii_case("default");
    asked.then(|| upgrades_of(settings, state, now, id, version))
}

/// Upgrades the nodes of a pool to the newest image. `asked` is the id of the action.
pub(super) fn upgrade_image(
    cloud: &mut Cloud,
    now: Timestamp,
    asked: &ResourceId,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let pool = lookup::found(&cloud.state, id)?;
    let image = kind::newest_image(&pool.document["properties"], now);
    kind::check_idle(&cloud.state, id)?;
    power::check_running(&cloud.state, id, power::CHANGE)?;
    let takes = Kind::of(resource_type::POOL).map_or(Duration::ZERO, Kind::update);
    let operation = begin(
        &mut cloud.state,
        now,
        &id.key(),
        Act::Put,
        Some(now + takes),
    );
    arm(cloud, "POST", &asked.to_string(), &operation);
    if let Some(pool) = cloud.state.resources.get_mut(&id.key()) {
        pool.document["properties"]["nodeImageVersion"] = json!(image);
        pool.progress = Progress::Updating;
    }
    let answer = Response::empty(202);
    Ok(announced(
        cloud,
        answer,
        &operation,
        Headers::AsyncOperation,
    ))
}

fn upgrades_of(
    settings: &Settings,
    state: &State,
    now: Timestamp,
    id: &ResourceId,
    version: &str,
) -> Result<Response, Refusal> {
    let of = id.without_last().without_last();
    kind_of(&of, version)?;
    let found = lookup::found(state, &of)?;
    let properties = &found.document["properties"];
    let profile = if found.kind == resource_type::POOL {
        let mut profile = profile(&pools::profile(found), None);
        profile["latestNodeImageVersion"] = json!(kind::newest_image(properties, now));
        profile
    } else {
        let pools = pools::of(state, found);
        let pools: Vec<Value> = pools
            .iter()
            .map(|pool| profile(pool, pool["name"].as_str()))
            .collect();
        let control = json!({"currentOrchestratorVersion": properties["currentKubernetesVersion"]});
        json!({"controlPlaneProfile": profile(&control, None), "agentPoolProfiles": pools})
    };
    let written = id.kind().unwrap_or_default();
    Ok(Response::json(
        200,
        json!({
            "id": cased(settings, &id.to_string()),
            "name": "default",
            "type": written,
            "properties": profile,
        }),
    ))
}

fn profile(pool: &Value, name: Option<&str>) -> Value {
    let current = pool["currentOrchestratorVersion"].as_str();
    let current = current.unwrap_or_default();
    let upgrades = offer::upgrades(current).map(|(patch, preview)| {
        let mut one = json!({"kubernetesVersion": patch});
        if preview {
            one["isPreview"] = json!(true);
        }
        one
    });
    let mut profile = json!({
        "kubernetesVersion": current,
        "osType": pool["osType"].as_str().unwrap_or("Linux"),
        "upgrades": upgrades.collect::<Vec<Value>>(),
    });
    if let Some(name) = name {
        profile["name"] = json!(name);
    }
    profile
}
