//! What-if results: Azure computes what a change of a stack would do, and keeps the result.

use azure_core::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Arm, Error, ErrorDetail, Group, ResourceId, StackProperties, StackSpec, Started, stack,
};
use crate::api_version::STACK_WHAT_IF;
use crate::resource_type;

/// How long Azure keeps a result that is not deleted, as an ISO 8601 duration. `P1D` to `P30D`:
/// <https://learn.microsoft.com/cli/azure/stack-whatif/group#az-stack-whatif-group-create>
const RETENTION: &str = "P1D";

/// The name of the request in errors.
const ACT: &str = "the what-if request";

#[derive(Serialize)]
struct Question<'a> {
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    #[serde(flatten)]
    stack: &'a StackProperties,
    deployment_stack_resource_id: ResourceId,
    /// How long Azure keeps the result at most: an ISO 8601 duration.
    retention_interval: &'static str,
}

/// A what-if result, as Azure returns it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WhatIf {
    pub properties: WhatIfState,
}

/// The state and the content of a what-if result.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WhatIfState {
    /// Such as `succeeded`, in any case.
    pub provisioning_state: String,
    /// The last change of the stack before this was computed.
    pub deployment_stack_last_modified: Option<String>,
    pub changes: Changes,
    /// Warnings and remarks.
    pub diagnostics: Vec<Diagnostic>,
    #[serde(default, deserialize_with = "super::error_detail::within")]
    pub error: Option<ErrorDetail>,
}

/// The changes of resources and of the deny settings.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Changes {
    pub resource_changes: Vec<Change>,
    /// The deny settings, before and after.
    pub deny_settings_change: Option<Value>,
}

/// The change of one resource.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub id: Option<ResourceId>,
    /// The kind of change, as Azure writes it.
    #[serde(default)]
    pub change_type: String,
    /// `definite` or `potential`.
    #[serde(default)]
    pub change_certainty: String,
    /// Why Azure cannot predict the change, if so.
    pub unsupported_reason: Option<String>,
    /// Whether the stack manages it, before and after.
    pub management_status_change: Option<Value>,
    /// The changed configuration: `before`, `after` and `delta`.
    pub resource_configuration_changes: Option<Value>,
}

/// The kind of change of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Create,
    Modify,
    Delete,
    /// It stays, but the stack no longer manages it.
    Detach,
    Nothing,
    /// Azure cannot predict it, or answers with an unknown word.
    Unknown,
}

/// A warning or remark of Azure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// Such as `warning`.
    #[serde(default)]
    pub level: String,
    /// A code for programs.
    #[serde(default)]
    pub code: String,
    /// A message for people.
    #[serde(default)]
    pub message: String,
}

impl WhatIf {
    /// Reads the result from an answer. It is an error if the computation failed.
    pub fn of(answer: Value) -> Result<Self, Error> {
        let act = || ACT.to_owned();
        let read = serde_json::from_value::<Self>(answer);
        let result = read.map_err(|source| Error::Unreadable { act: act(), source })?;
        match result.properties.error {
            Some(detail) => Err(Error::Failed {
                act: act(),
                state: result.properties.provisioning_state,
                detail: Some(Box::new(detail)),
            }),
            None => Ok(result),
        }
    }
}

impl Change {
    pub fn kind(&self) -> ChangeKind {
        match &*self.change_type.to_ascii_lowercase() {
            "create" => ChangeKind::Create,
            "modify" => ChangeKind::Modify,
            "delete" => ChangeKind::Delete,
            "detach" => ChangeKind::Detach,
            "nochange" => ChangeKind::Nothing,
            _ => ChangeKind::Unknown,
        }
    }
}

impl Arm {
    /// Asks Azure to compute what would change if a stack became `stack`. Azure keeps the result as
    /// a resource named `result`, for a day or until [`Self::delete_what_if`]. Each question needs
    /// a name of its own.
    pub async fn put_what_if(
        &self,
        group: &Group,
        result: &str,
        stack_name: &str,
        stack: &StackSpec,
    ) -> Result<Started, Error> {
        let target = group.target(resource_type::STACK_WHAT_IF, STACK_WHAT_IF, result);
        let question = Question {
            properties: Properties {
                stack: &stack.properties,
                deployment_stack_resource_id: group.resource(stack::KIND, stack_name),
                retention_interval: RETENTION,
            },
        };
        match self.put(&target, &question).await {
            Ok(answer) => self.started(Method::Put, &target, &answer),
            // No other request uses this name: the answer was lost, and Azure computes the result.
            Err(error) if error.detail().is_some_and(|it| it.has_code(stack::BUSY)) => {
                Ok(self.in_progress(&target))
            }
            Err(error) => Err(error),
        }
    }

    /// Requests the result with the changed properties, which a `GET` does not return
    /// (<https://learn.microsoft.com/powershell/module/az.resources/get-azresourcegroupdeploymentstackwhatifresult>,
    /// `-IncludePropertyChange`). Pass the final answer to [`WhatIf::of`].
    pub async fn what_if(&self, group: &Group, result: &str) -> Result<Started, Error> {
        let target = group
            .target(resource_type::STACK_WHAT_IF, STACK_WHAT_IF, result)
            .below("/whatIf");
        let answer = self.post(&target, None).await?;
        self.started(Method::Post, &target, &answer)
    }

    pub async fn delete_what_if(&self, group: &Group, result: &str) -> Result<Started, Error> {
        let target = group.target(resource_type::STACK_WHAT_IF, STACK_WHAT_IF, result);
        let answer = self.delete(&target).await?;
        self.started(Method::Delete, &target, &answer)
    }
}
