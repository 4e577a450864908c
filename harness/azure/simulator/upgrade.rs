//! Which versions of Kubernetes a cluster and its pools can go to.
//!
//! <https://learn.microsoft.com/rest/api/aks/managed-clusters/get-upgrade-profile>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind;
use super::message::Response;
use super::offer;
use super::refusal::Refusal;
use super::resource::kind_of;
use crate::azure::resource_type;

impl Cloud {
    /// The answer about upgrades, if that is what is asked.
    pub(super) fn upgrade_api(
        &self,
        now: Timestamp,
        id: &ResourceId,
        version: &str,
    ) -> Option<Result<Response, Refusal>> {
        let kind = id.kind()?;
        let of = kind.strip_suffix("/upgradeProfiles")?;
        let known = [resource_type::CLUSTER, resource_type::POOL].contains(&of);
        let asked = known && id.name().eq_ignore_ascii_case("default");
        asked.then(|| self.upgrades_of(now, id, version))
    }

    fn upgrades_of(
        &self,
        now: Timestamp,
        id: &ResourceId,
        version: &str,
    ) -> Result<Response, Refusal> {
        let of = id.without_last().without_last();
        kind_of(&of, version)?;
        let found = self.found(&of)?;
        let properties = &found.document["properties"];
        let profile = if found.kind == resource_type::POOL {
            let mut profile = profile(&kind::pool_profile(found), None);
            profile["latestNodeImageVersion"] = json!(kind::newest_image(properties, now));
            profile
        } else {
            let pools = kind::pools_of(&self.state, found);
            let pools: Vec<Value> = pools
                .iter()
                .map(|pool| profile(pool, pool["name"].as_str()))
                .collect();
            let control =
                json!({"currentOrchestratorVersion": properties["currentKubernetesVersion"]});
            json!({"controlPlaneProfile": profile(&control, None), "agentPoolProfiles": pools})
        };
        let written = id.kind().unwrap_or_default();
        Ok(Response::json(
            200,
            json!({
                "id": self.cased(&id.to_string()),
                "name": "default",
                "type": written,
                "properties": profile,
            }),
        ))
    }
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
