//! Subnets: a part of their network, and resources of their own as well.
//!
//! <https://learn.microsoft.com/rest/api/virtualnetwork/subnets>

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind;
use super::refusal::Refusal;
use crate::azure::resource_type;

/// Whether an id is that of a subnet, or of all subnets of a network.
pub(super) fn is(id: &ResourceId) -> bool {
    let kind = id.kind();
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(resource_type::SUBNET))
}

impl Cloud {
    /// A subnet, if it is one and is there.
    pub(super) fn subnet(&self, id: &ResourceId) -> Option<Value> {
        is(id).then(|| kind::subnet(&self.state, &id.to_string()).cloned())?
    }

    /// A resource or a part of one by its id in any case, as a GET shows it.
    pub(super) fn shown(&self, id: &str) -> Option<Value> {
        let subnet = || self.subnet(&ResourceId::parse(id));
        let resource = self.state.resource(id);
        resource.map(|one| self.show(one)).or_else(subnet)
    }

    /// The network of a subnet, with that subnet as it is wanted or without it.
    pub(super) fn network_with(
        &self,
        id: &ResourceId,
        wanted: Option<&Value>,
    ) -> Result<(ResourceId, Value), Refusal> {
        let network = id.without_last().without_last();
        let mut document = self.found(&network)?.document.clone();
        let subnets = &mut document["properties"]["subnets"];
        if subnets.is_null() {
            *subnets = json!([]);
        }
        let Some(subnets) = subnets.as_array_mut() else {
            return Ok((network, document));
        };
        let named = |one: &Value| {
            let name = one["name"].as_str();
            name.is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
        };
        let at = subnets.iter().position(named);
        match (at, wanted) {
            (Some(at), Some(wanted)) => subnets[at] = subnet(id, wanted),
            (None, Some(wanted)) => subnets.push(subnet(id, wanted)),
            (Some(at), None) => drop(subnets.remove(at)),
            (None, None) => {}
        }
        Ok((network, document))
    }
}

fn subnet(id: &ResourceId, wanted: &Value) -> Value {
    let mut subnet = wanted.clone();
    subnet["name"] = json!(id.name());
    subnet
}
