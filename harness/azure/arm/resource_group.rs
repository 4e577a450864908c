//! Resource groups and their resources.

use std::collections::BTreeMap;

use azure_core::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Arm, Error, ResourceId, Started, Target, is_terminal_state};
use crate::api_version::RESOURCES;

/// The subscription and name of a resource group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The subscription id.
    pub subscription: String,
    pub name: String,
}

/// A resource group, as Azure reads and returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceGroup {
    /// Its id; empty until it exists.
    #[serde(default, skip_serializing)]
    pub id: ResourceId,
    pub location: String,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A resource, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resource {
    pub id: ResourceId,
    #[serde(rename = "type")]
    pub kind: String,
    /// Its region; some types have none.
    pub location: Option<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The provisioning state, such as `Creating` or `Succeeded`, if Azure reports it.
    #[serde(rename = "provisioningState")]
    pub state: Option<String>,
}

impl Resource {
    /// Whether Azure is changing it.
    pub fn is_changing(&self) -> bool {
        self.state
            .as_deref()
            .is_some_and(|state| !is_terminal_state(state))
    }
}

impl Group {
    pub fn new(subscription: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            subscription: subscription.into(),
            name: name.into(),
        }
    }

    pub fn id(&self) -> ResourceId {
        let Self { subscription, name } = self;
        ResourceId::new(format!(
            "/subscriptions/{subscription}/resourceGroups/{name}"
        ))
    }

    /// The id of a resource in the group. `kind` is a type such as
    /// `Microsoft.Network/virtualNetworks`.
    pub fn resource(&self, kind: &str, name: &str) -> ResourceId {
        ResourceId::new(format!("{}/providers/{kind}/{name}", self.id()))
    }

    /// A resource in the group, as the target of a request.
    pub(super) fn target(&self, kind: &str, version: &'static str, name: &str) -> Target {
        Target::new(self.resource(kind, name).as_str(), version)
    }

    fn itself(&self) -> Target {
        let Self { subscription, name } = self;
        // The API's description has this path in lower case, and the paths below it in camel case.
        Target::new(
            format!("/subscriptions/{subscription}/resourcegroups/{name}"),
            RESOURCES,
        )
    }
}

impl Arm {
    /// Whether the group exists.
    pub async fn has_resource_group(&self, group: &Group) -> Result<bool, Error> {
        self.head(&group.itself()).await
    }

    /// The group, if it exists.
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
    pub async fn delete_resource_group(&self, group: &Group) -> Result<Started, Error> {
        let target = group.itself();
        let answer = self.delete(&target).await?;
        self.started(Method::Delete, &target, &answer)
    }

    /// A resource of the group with all its properties, if it exists.
    pub async fn resource(
        &self,
        group: &Group,
        kind: &str,
        version: &'static str,
        name: &str,
    ) -> Result<Option<Value>, Error> {
        self.find(&group.target(kind, version, name)).await
    }

    /// All resources in the group, without nested resources such as subnets. Empty if the group
    /// does not exist: a group that is being deleted may disappear between two requests.
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
