//! Deployment stacks: all resources that one template created, which Azure changes and deletes
//! together. <https://learn.microsoft.com/azure/azure-resource-manager/bicep/deployment-stacks>

use std::collections::BTreeMap;
use std::time::Duration;

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Arm, Error, ErrorDetail, Group, Pending, PollMethod, ResourceId, StackSpec, Started, Target,
    Unmanage,
};
use crate::api_version::STACKS;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::STACK;

/// The error code if another operation runs on a stack or on a what-if result.
pub const BUSY: &str = "DeploymentStackInNonTerminalState";

/// A stack as it exists.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Stack {
    pub id: ResourceId,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    pub properties: StackState,
}

/// The resources of a stack and their state. Its parameters are not read.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StackState {
    /// Such as `deploying`, `succeeded` or `failed`, in any case.
    pub provisioning_state: String,
    /// The resources that it manages.
    pub resources: Vec<Managed>,
    /// The resources that it no longer manages and that still exist.
    pub detached_resources: Vec<Managed>,
    /// The resources that it deleted.
    pub deleted_resources: Vec<Managed>,
    /// The resources that could not be created or deleted.
    pub failed_resources: Vec<Managed>,
    /// The outputs of the template.
    pub outputs: Outputs,
    #[serde(default, deserialize_with = "super::error_detail::within")]
    pub error: Option<ErrorDetail>,
    /// The latest deployment.
    pub deployment_id: Option<ResourceId>,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Managed {
    pub id: ResourceId,
    /// `managed`, `removeDenyFailed` or `deleteFailed`.
    pub status: Option<String>,
    /// The error of the resource, if any.
    #[serde(default, deserialize_with = "super::error_detail::within")]
    pub error: Option<ErrorDetail>,
}

/// The outputs of a template. Azure changes the case of the keys, so their case is ignored.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct Outputs(BTreeMap<String, Output>);

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Output {
    #[serde(default)]
    value: Value,
}

impl Outputs {
    pub fn value(&self, key: &str) -> Option<&Value> {
        let mut all = self.0.iter();
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, output)| &output.value)
    }

    /// An output as text; `None` if it is not text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.as_str()
    }
}

impl StackState {
    /// The resources that could not be deleted.
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
    /// A stack, if it exists.
    pub async fn stack(&self, group: &Group, name: &str) -> Result<Option<Stack>, Error> {
        self.find(&group.target(KIND, STACKS, name)).await
    }

    /// Creates or changes a stack and its resources.
    pub async fn put_stack(
        &self,
        group: &Group,
        name: &str,
        stack: &StackSpec,
    ) -> Result<Started, Error> {
        let target = group.target(KIND, STACKS, name);
        let answer = self.put(&target, stack).await?;
        self.started(Method::Put, &target, &answer)
    }

    /// The operation that runs on a stack, whoever started it. [`Arm::finish`] waits for it by the
    /// state of the stack, and returns a not-found error if the stack is deleted.
    pub fn stack_in_progress(&self, group: &Group, name: &str) -> Started {
        self.in_progress(&group.target(KIND, STACKS, name))
    }

    /// The operation that runs on a resource which reports its own state.
    pub(super) fn in_progress(&self, target: &Target) -> Started {
        let url = target.url(self.options().endpoints.resource_manager.clone());
        let pending = Pending {
            url: url.to_string(),
            via: PollMethod::Resource,
            result: None,
        };
        Started::Pending(pending, Some(Duration::ZERO))
    }

    /// Validates a stack without changing anything.
    pub async fn validate_stack(
        &self,
        group: &Group,
        name: &str,
        stack: &StackSpec,
    ) -> Result<Started, Error> {
        let target = group.target(KIND, STACKS, name).below("/validate");
        let answer = self
            .post(&target, Some(super::client::value(stack)))
            .await?;
        self.started(Method::Post, &target, &answer)
    }

    /// Deletes a stack. `unmanage` decides about its resources.
    pub async fn delete_stack(
        &self,
        group: &Group,
        name: &str,
        unmanage: Unmanage,
    ) -> Result<Started, Error> {
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
        self.started(Method::Delete, &target, &answer)
    }
}
