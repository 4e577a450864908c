//! Node pools as children of their cluster, to look at.
//!
//! <https://learn.microsoft.com/rest/api/aks/agent-pools>

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::version;

const KIND: &str = "Microsoft.ContainerService/managedClusters/agentPools";

impl Cloud {
    /// The answer about node pools, if they are looked at.
    pub(super) fn pool_api(
        &self,
        request: &Request,
        id: &ResourceId,
    ) -> Option<Result<Response, Refusal>> {
        let asked = id.kind()?.eq_ignore_ascii_case(KIND) && request.method == "GET";
        asked.then(|| self.pools(request, id))
    }

    fn pools(&self, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
        version::provided(request, KIND, version::KUBERNETES)?;
        let cluster = if id.is_resource() {
            id.parent().unwrap_or_else(|| id.clone())
        } else {
            id.without_last()
        };
        let found = self.found(&cluster)?;
        let shown = self.show(found);
        let version = &shown["properties"]["kubernetesVersion"];
        let profiles = shown["properties"]["agentPoolProfiles"].as_array();
        let pools = profiles.into_iter().flatten().map(|profile| {
            let name = profile["name"].as_str().unwrap_or_default();
            let mut properties = profile.clone();
            if let Some(properties) = properties.as_object_mut() {
                properties.remove("name");
                let runs = properties.entry("orchestratorVersion");
                let runs = runs.or_insert_with(|| version.clone()).clone();
                properties.insert("currentOrchestratorVersion".to_owned(), runs);
            }
            let id = cluster.child("agentPools", name).to_string();
            json!({
                "id": self.cased(&id),
                "name": name,
                "type": KIND,
                "properties": properties,
            })
        });
        let mut pools: Vec<Value> = pools.collect();
        if !id.is_resource() {
            return self.page(request, pools);
        }
        let at = pools.iter().position(|pool| {
            let name = pool["name"].as_str();
            name.is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
        });
        let pool = at.map(|at| pools.swap_remove(at));
        pool.map(|pool| Response::json(200, pool)).ok_or_else(|| {
            let message = format!(
                "The Resource '{KIND}/{}' under resource group '{}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
                id.full_name(),
                id.group().unwrap_or_default()
            );
            Refusal::missing("ResourceNotFound", message)
        })
    }
}
