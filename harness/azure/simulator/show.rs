//! Resources as they are read: one, a list, and what only their hooks know.

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind::{self, Kind, server_parameter};
use super::message::Response;
use super::operation::Act;
use super::power;
use super::refusal::Refusal;
use super::resource::kind_of;
use super::settings::Casing;
use super::state::Resource;
use crate::azure::resource_type;

impl Cloud {
    /// A resource that has to be there.
    pub(super) fn found(&self, id: &ResourceId) -> Result<&Resource, Refusal> {
        if id.group().is_some() {
            self.group(id)?;
        }
        self.state.resources.get(&id.key()).ok_or_else(|| {
            let kind = id.kind().unwrap_or_default();
            let message = format!("The Resource '{kind}/{}' under resource group '{}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", id.full_name(), id.group().unwrap_or_default());
            Refusal::missing("ResourceNotFound", message)
        })
    }

    /// A resource as a GET shows it.
    pub(super) fn show(&self, resource: &Resource) -> Value {
        let mut document = resource.document.clone();
        let id = ResourceId::parse(&resource.id);
        let on_the_way = power::on_the_way(&self.state, &id);
        if Kind::of(&resource.kind).is_some_and(|kind| kind.shows_progress) {
            document["properties"]["provisioningState"] = match on_the_way {
                Some(state) if resource.kind == resource_type::CLUSTER => json!(state),
                _ => json!(resource.progress),
            };
        }
        match resource.kind.as_str() {
            resource_type::SERVER => {
                kind::address(&self.settings, &id, &mut document);
                let running = self.state.running_on(&id);
                if running.is_some_and(|one| one.act == Act::Restart) {
                    document["properties"]["state"] = json!("Updating");
                }
                if let Some(state) = on_the_way {
                    document["properties"]["state"] = json!(state);
                }
            }
            resource_type::CLUSTER => {
                let pools = kind::pools_of(&self.state, resource);
                document["properties"]["agentPoolProfiles"] = json!(pools);
            }
            resource_type::PARAMETER => {
                server_parameter::describe(&self.state, &id, &mut document);
            }
            resource_type::REGISTRY => {
                document["properties"]["loginServer"] =
                    json!(self.settings.login_server(id.name()));
            }
            _ => {}
        }
        document["id"] = json!(self.cased(&resource.id));
        document
    }

    /// An id as this cloud writes it.
    pub(super) fn cased(&self, id: &str) -> String {
        match self.settings.casing {
            Casing::Kept => id.to_owned(),
            Casing::Mixed => id.replace("/resourceGroups/", "/resourcegroups/"),
        }
    }

    /// A resource or a part of one by its id in any case, as a GET shows it.
    pub(super) fn shown(&self, id: &str) -> Option<Value> {
        let subnet = || self.subnet(&ResourceId::parse(id));
        let resource = self.state.resource(id);
        resource.map(|one| self.show(one)).or_else(subnet)
    }

    pub(super) fn list_of(&self, id: &ResourceId, version: &str) -> Result<Response, Refusal> {
        let kind = kind_of(id, version)?;
        if id.group().is_some() {
            self.group(id)?;
        }
        if super::subnet::is_subnet(id) {
            let network = self.found(&id.without_last())?;
            let subnets = network.document.pointer("/properties/subnets");
            let subnets = subnets.and_then(Value::as_array).cloned();
            return Ok(Self::list(subnets.unwrap_or_default()));
        }
        let scope = format!("{}/", id.scope().key());
        let all = self.state.resources.iter();
        let of = all.filter(|(key, one)| one.kind == kind.name && key.starts_with(&scope));
        let child = kind.name.matches('/').count() > 1;
        if child {
            self.found(&id.without_last())?;
        }
        let below = format!("{}/", id.without_last().key());
        let of = of.filter(|(key, _)| !child || key.starts_with(&below));
        let unset = if kind.is_setting() {
            power::runs(&self.state, &id.without_last(), power::READ_PARAMETERS)?;
            server_parameter::all_unset(&self.state, &id.without_last())
        } else {
            Vec::new()
        };
        Ok(Self::list(of.map(|(_, one)| self.show(one)).chain(unset)))
    }
}
