//! Subnets that are asked for by themselves: each is a part of its network, which is put anew with it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::api_version;
use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind;
use super::message::Response;
use super::operation::Headers;
use super::refusal::Refusal;
use super::resource::{Accepted, parent_missing};
use super::shape;
use crate::azure::resource_type;

/// Whether an id is that of a subnet.
pub(super) fn is_subnet(id: &ResourceId) -> bool {
    id.kind()
        .is_some_and(|kind| kind.eq_ignore_ascii_case(resource_type::SUBNET))
}

impl Cloud {
    /// A subnet as a GET shows it.
    pub(super) fn subnet(&self, id: &ResourceId) -> Option<Value> {
        let found = is_subnet(id).then(|| kind::subnet(&self.state, &id.to_string()))?;
        found.cloned()
    }

    /// Makes or replaces a subnet, asked by a client or by a stack.
    pub(super) fn put_subnet(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
        version: &str,
        body: &Value,
    ) -> Result<Accepted, Refusal> {
        shape::check(body)?;
        let network = network_of(id);
        let Ok(found) = self.found(&network) else {
            return Err(parent_missing(resource_type::SUBNET, &network, "write"));
        };
        let mut whole = found.document.clone();
        let properties = &body["properties"];
        let mut subnets = self.subnets_of(&network);
        let at = subnets.iter().position(|one| is_named(one, id.name()));
        match at {
            Some(at) => subnets[at]["properties"] = properties.clone(),
            None => subnets.push(json!({"name": id.name(), "properties": properties})),
        }
        whole["properties"]["subnets"] = json!(subnets);
        let accepted = self.put(now, &network, version, &whole)?;
        Ok(Accepted {
            created: at.is_none(),
            ..accepted
        })
    }

    /// The answer to the deletion of a subnet, by itself.
    pub(super) fn drop_subnet(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        if self.subnet(id).is_none() {
            return Ok(Response::empty(204));
        }
        self.undenied("DELETE", id)?;
        let operation = self.delete_subnet(now, id)?;
        Ok(match operation {
            Some(one) => self.announced(Response::empty(202), &one, Headers::Location),
            None => Response::empty(200),
        })
    }

    /// Takes a subnet out of its network, unless something stands in it.
    pub(super) fn delete_subnet(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
    ) -> Result<Option<String>, Refusal> {
        let network = network_of(id);
        let mut whole = self.found(&network)?.document.clone();
        let mut subnets = self.subnets_of(&network);
        subnets.retain(|one| !is_named(one, id.name()));
        whole["properties"]["subnets"] = json!(subnets);
        let accepted = self.put(now, &network, api_version::NETWORK, &whole)?;
        Ok(accepted.operation)
    }

    fn subnets_of(&self, network: &ResourceId) -> Vec<Value> {
        let network = self.state.resources.get(&network.key());
        let all = network.and_then(|one| one.document.pointer("/properties/subnets")?.as_array());
        all.cloned().unwrap_or_default()
    }
}

fn network_of(subnet: &ResourceId) -> ResourceId {
    subnet.without_last().without_last()
}

fn is_named(subnet: &Value, name: &str) -> bool {
    let own = subnet["name"].as_str().unwrap_or_default();
    own.eq_ignore_ascii_case(name)
}
