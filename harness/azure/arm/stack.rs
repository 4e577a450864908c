//! Deployment stacks: everything that one template has made, as one thing that can be changed and
//! deleted. <https://learn.microsoft.com/azure/azure-resource-manager/bicep/deployment-stacks>

use std::collections::BTreeMap;
use std::time::Duration;

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Arm, Begun, Error, Fault, Group, Pending, ResourceId, StackSpec, Target, Unmanage, Via,
};
use crate::api_version::STACKS;
use crate::resource_type;

/// The type of a stack.
pub(super) const KIND: &str = resource_type::STACK;

/// What Azure says where it is at work on a stack, or on what one would do, already.
pub const BUSY: &str = "DeploymentStackInNonTerminalState";

/// A stack as it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Stack {
    /// Its id.
    pub id: ResourceId,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The rest.
    pub properties: StackState,
}

/// What is in a stack, and what became of it. Its parameters are not read back.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StackState {
    /// Such as `deploying`, `succeeded` or `failed`, of any case.
    pub provisioning_state: String,
    /// What is in it.
    pub resources: Vec<Managed>,
    /// What was in it and stayed.
    pub detached_resources: Vec<Managed>,
    /// What was in it and was deleted.
    pub deleted_resources: Vec<Managed>,
    /// What could not be made or deleted.
    pub failed_resources: Vec<Managed>,
    /// What the template gives out.
    pub outputs: Outputs,
    /// Why it failed.
    #[serde(default, deserialize_with = "super::fault::within")]
    pub error: Option<Fault>,
    /// The deployment that was made last.
    pub deployment_id: Option<ResourceId>,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Managed {
    /// Its id.
    pub id: ResourceId,
    /// `managed`, `removeDenyFailed` or `deleteFailed`.
    pub status: Option<String>,
    /// What is wrong with it.
    #[serde(default, deserialize_with = "super::fault::within")]
    pub error: Option<Fault>,
}

/// What a template gives out. Azure changes the case of the keys, so case does not tell them apart.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct Outputs(BTreeMap<String, Output>);

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Output {
    #[serde(default)]
    value: Value,
}

impl Outputs {
    /// An output by its key.
    pub fn value(&self, key: &str) -> Option<&Value> {
        let mut all = self.0.iter();
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, output)| &output.value)
    }

    /// An output that is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.as_str()
    }
}

impl StackState {
    /// What should be gone and is not.
    pub fn not_deleted(&self) -> impl Iterator<Item = &Managed> {
        let failed = |it: &&Managed| {
            let status = it.status.as_deref().unwrap_or_default();
            status.eq_ignore_ascii_case("deleteFailed")
        };
        self.resources
            .iter()
            .chain(&self.failed_resources)
            .filter(failed)
    }
}

impl Arm {
    /// A stack, if it is there.
    pub async fn stack(&self, group: &Group, name: &str) -> Result<Option<Stack>, Error> {
        self.find(&group.target(KIND, STACKS, name)).await
    }

    /// Creates or changes a stack and everything in it.
    pub async fn put_stack(
        &self,
        group: &Group,
        name: &str,
        stack: &StackSpec,
    ) -> Result<Begun, Error> {
        let target = group.target(KIND, STACKS, name);
        let answer = self.put(&target, stack).await?;
        self.begun(Method::Put, &target, &answer)
    }

    /// What somebody has begun with a stack, to be waited for by the stack's own state. How it ends
    /// is how [`Arm::finish`] ends: one that is deleted is no longer found.
    pub fn stack_in_progress(&self, group: &Group, name: &str) -> Begun {
        self.in_progress(&group.target(KIND, STACKS, name))
    }

    /// What somebody has begun with a resource that tells its own state.
    pub(super) fn in_progress(&self, target: &Target) -> Begun {
        let url = target.url(self.options().endpoints.resource_manager.clone());
        let pending = Pending {
            url: url.to_string(),
            via: Via::Resource,
            result: None,
        };
        Begun::Pending(pending, Some(Duration::ZERO))
    }

    /// Has Azure check a stack without changing anything.
    pub async fn validate_stack(
        &self,
        group: &Group,
        name: &str,
        stack: &StackSpec,
    ) -> Result<Begun, Error> {
        let target = group.target(KIND, STACKS, name).below("/validate");
        let answer = self
            .post(&target, Some(super::client::value(stack)))
            .await?;
        self.begun(Method::Post, &target, &answer)
    }

    /// Deletes a stack, and what is in it as `unmanage` says.
    pub async fn delete_stack(
        &self,
        group: &Group,
        name: &str,
        unmanage: Unmanage,
    ) -> Result<Begun, Error> {
        let target = group
            .target(KIND, STACKS, name)
            .query("unmanageAction.Resources", unmanage.resources.word())
            .query(
                "unmanageAction.ResourceGroups",
                unmanage.resource_groups.word(),
            )
            .query(
                "unmanageAction.ManagementGroups",
                unmanage.management_groups.word(),
            )
            .query(
                "unmanageAction.ResourcesWithoutDeleteSupport",
                unmanage.undeletable.word(),
            )
            .query("bypassStackOutOfSyncError", "false");
        let answer = self.delete(&target).await?;
        self.begun(Method::Delete, &target, &answer)
    }
}
