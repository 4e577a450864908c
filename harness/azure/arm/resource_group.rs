//! Resource groups, and what is in one.

use std::collections::BTreeMap;

use azure_core::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Arm, Begun, Error, ResourceId, Target, is_at_rest};
use crate::api_version::RESOURCES;

/// Which resource group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The id of its subscription.
    pub subscription: String,
    /// Its name.
    pub name: String,
}

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceGroup {
    /// Its id, once it is there.
    #[serde(default, skip_serializing)]
    pub id: ResourceId,
    /// Its region.
    pub location: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A resource, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its region, where it has one.
    pub location: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// How far it is, such as `Creating` or `Succeeded`, where Azure tells.
    #[serde(rename = "provisioningState")]
    pub state: Option<String>,
}

impl Resource {
    /// Whether Azure is at work on it.
    pub fn is_moving(&self) -> bool {
        self.state
            .as_deref()
            .is_some_and(|state| !is_at_rest(state))
    }
}

impl Group {
    /// A resource group by name.
    pub fn new(subscription: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            subscription: subscription.into(),
            name: name.into(),
        }
    }

    /// Its id.
    pub fn id(&self) -> ResourceId {
        let Self { subscription, name } = self;
        ResourceId::new(format!(
            "/subscriptions/{subscription}/resourceGroups/{name}"
        ))
    }

    /// The id of a resource in it, by type and name, such as `Microsoft.Network/virtualNetworks`.
    pub fn resource(&self, kind: &str, name: &str) -> ResourceId {
        ResourceId::new(format!("{}/providers/{kind}/{name}", self.id()))
    }

    /// A resource in it as the target of a request.
    pub(super) fn target(&self, kind: &str, version: &'static str, name: &str) -> Target {
        Target::new(self.resource(kind, name).as_str(), version)
    }

    fn itself(&self) -> Target {
        let Self { subscription, name } = self;
        // The API's description has this path in lower case, and paths under it in camel case.
        Target::new(
            format!("/subscriptions/{subscription}/resourcegroups/{name}"),
            RESOURCES,
        )
    }
}

impl Arm {
    /// Whether the group is there.
    pub async fn has_resource_group(&self, group: &Group) -> Result<bool, Error> {
        self.head(&group.itself()).await
    }

    /// The group, if it is there.
    pub async fn resource_group(&self, group: &Group) -> Result<Option<ResourceGroup>, Error> {
        self.find(&group.itself()).await
    }

    /// Creates the group, or replaces its tags.
    pub async fn put_resource_group(
        &self,
        group: &Group,
        what: &ResourceGroup,
    ) -> Result<ResourceGroup, Error> {
        self.put(&group.itself(), what).await?.json()
    }

    /// Deletes the group with everything in it.
    pub async fn delete_resource_group(&self, group: &Group) -> Result<Begun, Error> {
        let target = group.itself();
        let answer = self.delete(&target).await?;
        self.begun(Method::Delete, &target, &answer)
    }

    /// A resource of the group with all that Azure shows of it, if it is there.
    pub async fn resource(
        &self,
        group: &Group,
        kind: &str,
        version: &'static str,
        name: &str,
    ) -> Result<Option<Value>, Error> {
        self.find(&group.target(kind, version, name)).await
    }

    /// Everything in the group; nested resources, such as subnets, are not listed. There is nothing
    /// in a group that is gone: one that is being deleted may go between two looks.
    pub async fn resources(&self, group: &Group) -> Result<Vec<Resource>, Error> {
        let id = group.id();
        let target = Target::new(format!("{id}/resources"), RESOURCES);
        let target = target.query("$expand", "provisioningState");
        match self.list(&target).await {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            listed => listed,
        }
    }
}
