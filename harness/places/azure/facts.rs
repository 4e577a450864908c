//! Facts about a promoted topology: its names, its addresses, and what `destroy` would remove.

use azure::arm::ResourceId;
use azure::template::{MYSQL_OUTPUT, REGISTRY_OUTPUT};
use model::azure_limits::find_tag;
use serde::Serialize;

use super::error::Error;
use super::group::is_made;
use super::scope::{EXPIRES, OVERRIDE, TOPOLOGY};
use super::stack::Stack;

/// The names and addresses of a promoted topology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// The digest of the topology that runs there.
    pub topology: Option<String>,
    /// The subscription's name.
    pub subscription: String,
    pub resource_group: String,
    pub region: String,
    pub cluster: String,
    /// The registry's host name.
    pub registry: Option<String>,
    /// The database's host name.
    pub mysql: Option<String>,
    /// Why the gate was overridden, if it was.
    pub gate_override: Option<String>,
    /// From when it may be destroyed, if that was set (RFC 3339).
    pub expires: Option<String>,
}

/// The contents of a resource group, by owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Holding {
    pub group: String,
    /// Whether the group is kept, because somebody else created it for the profile.
    pub group_stays: bool,
    /// From when it may be destroyed, if that was set (RFC 3339).
    pub expires: Option<String>,
    /// The resources of the stack.
    pub owned: Vec<Part>,
    /// The other resources in the group.
    pub foreign: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub kind: String,
    pub name: String,
}

impl Facts {
    /// The facts of what is promoted; `None` if nothing is.
    pub async fn look(stack: &Stack) -> Result<Option<Self>, backend::Error> {
        let Some((group, found)) = stack.find_in_group().await? else {
            return Ok(None);
        };
        let (cloud, scope) = (stack.site.cloud().await?, stack.site.scope().await?);
        let output = |key| found.properties.outputs.text(key).map(str::to_owned);
        Ok(Some(Self {
            topology: find_tag(&found.tags, TOPOLOGY).cloned(),
            subscription: cloud.subscription.display_name.clone(),
            resource_group: scope.group.name.clone(),
            region: group.location,
            cluster: scope.names.cluster.clone(),
            registry: output(REGISTRY_OUTPUT),
            mysql: output(MYSQL_OUTPUT),
            gate_override: find_tag(&found.tags, OVERRIDE).cloned(),
            expires: find_tag(&group.tags, EXPIRES).cloned(),
        }))
    }
}

impl Holding {
    /// The contents of the resource group; `None` if there is no group.
    pub async fn look(stack: &Stack) -> Result<Option<Self>, backend::Error> {
        let Some((group, found)) = stack.find_group().await? else {
            return Ok(None);
        };
        let scope = stack.site.scope().await?;
        let managed = found.map(|found| found.properties.resources);
        let managed = managed.into_iter().flatten().map(|it| it.id);
        let managed: Vec<ResourceId> = managed.collect();
        let listed = stack.site.arm().await?.resources(&scope.group).await;
        let listed = listed.map_err(Error::azure("list the resources of the resource group"))?;
        let known = |id: &ResourceId| managed.contains(id) || of_stacks(id);
        let foreign = listed
            .iter()
            .filter(|it| !known(&it.id))
            .map(|it| part(&it.id));
        Ok(Some(Self {
            group: scope.group.name,
            group_stays: !is_made(&group),
            expires: find_tag(&group.tags, EXPIRES).cloned(),
            owned: managed.iter().map(part).collect(),
            foreign: foreign.collect(),
        }))
    }
}

fn part(id: &ResourceId) -> Part {
    Part {
        kind: id.kind().unwrap_or_default(),
        name: id.name().to_owned(),
    }
}

/// Whether it is a stack or a part of one. These do not count as contents of a group.
fn of_stacks(id: &ResourceId) -> bool {
    let stacks = "microsoft.resources/deploymentstacks";
    id.kind()
        .is_some_and(|kind| kind.to_lowercase().starts_with(stacks))
}
