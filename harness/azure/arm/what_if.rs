//! What a change of a stack would do: computed by Azure, kept by it until it is deleted.

use azure_core::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Arm, Begun, Error, Fault, Group, ResourceId, StackProperties, StackSpec, stack};
use crate::api_version::STACK_WHAT_IF;
use crate::resource_type;

/// How long Azure keeps a result that nobody deletes. It takes `P1D` to `P30D`:
/// <https://learn.microsoft.com/cli/azure/stack-whatif/group#az-stack-whatif-group-create>
const RETENTION: &str = "P1D";

/// What is asked for, in an error.
const ACT: &str = "the question what would change";

/// The question.
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
    /// How long Azure keeps it at most, should nobody delete it: an ISO 8601 duration.
    retention_interval: &'static str,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WhatIf {
    /// Everything.
    pub properties: WhatIfState,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WhatIfState {
    /// Such as `succeeded`, of any case.
    pub provisioning_state: String,
    /// When the stack was last changed when this was computed.
    pub deployment_stack_last_modified: Option<String>,
    /// What would change.
    pub changes: Changes,
    /// What Azure has to say besides.
    pub diagnostics: Vec<Diagnostic>,
    /// Why it failed.
    #[serde(default, deserialize_with = "super::fault::within")]
    pub error: Option<Fault>,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Changes {
    /// Resource by resource.
    pub resource_changes: Vec<Change>,
    /// What others may not do, before and after.
    pub deny_settings_change: Option<Value>,
}

/// What would become of a resource.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Its id.
    pub id: Option<ResourceId>,
    /// What would be done, in Azure's words.
    #[serde(default)]
    pub change_type: String,
    /// `definite` or `potential`.
    #[serde(default)]
    pub change_certainty: String,
    /// Why Azure cannot tell, where it cannot.
    pub unsupported_reason: Option<String>,
    /// Whether it is the stack's, before and after.
    pub management_status_change: Option<Value>,
    /// What of its configuration: `before`, `after` and `delta`.
    pub resource_configuration_changes: Option<Value>,
}

/// What would be done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It would be made.
    Create,
    /// It would be changed.
    Modify,
    /// It would be deleted.
    Delete,
    /// It would stay, and be the stack's no longer.
    Detach,
    /// Nothing.
    Nothing,
    /// Azure cannot tell, or says something that is not known here.
    Unknown,
}

/// A remark of Azure's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// Such as `warning`.
    #[serde(default)]
    pub level: String,
    /// A word for programs.
    #[serde(default)]
    pub code: String,
    /// A sentence for people.
    #[serde(default)]
    pub message: String,
}

impl WhatIf {
    /// The result that is an answer; one that says why it failed is an error.
    pub fn of(answer: Value) -> Result<Self, Error> {
        let act = || ACT.to_owned();
        let read = serde_json::from_value::<Self>(answer);
        let result = read.map_err(|source| Error::Unreadable { act: act(), source })?;
        match result.properties.error {
            Some(fault) => Err(Error::Failed {
                act: act(),
                state: result.properties.provisioning_state,
                fault: Some(Box::new(fault)),
            }),
            None => Ok(result),
        }
    }
}

impl Change {
    /// What would be done.
    pub fn act(&self) -> Act {
        match &*self.change_type.to_ascii_lowercase() {
            "create" => Act::Create,
            "modify" => Act::Modify,
            "delete" => Act::Delete,
            "detach" => Act::Detach,
            "nochange" => Act::Nothing,
            _ => Act::Unknown,
        }
    }
}

impl Arm {
    /// Asks what it would do to make a stack `stack`. Azure keeps the result under a name, as a
    /// resource, for a day or until [`Self::delete_what_if`]. The name has to be the question's own.
    pub async fn put_what_if(
        &self,
        group: &Group,
        result: &str,
        stack_name: &str,
        stack: &StackSpec,
    ) -> Result<Begun, Error> {
        let target = group.target(resource_type::STACK_WHAT_IF, STACK_WHAT_IF, result);
        let question = Question {
            properties: Properties {
                stack: &stack.properties,
                deployment_stack_resource_id: group.resource(stack::KIND, stack_name),
                retention_interval: RETENTION,
            },
        };
        match self.put(&target, &question).await {
            Ok(answer) => self.begun(Method::Put, &target, &answer),
            // Nobody else asks under this name: the answer was lost, and Azure is at it.
            Err(error) if error.fault().is_some_and(|it| it.has_code(stack::BUSY)) => {
                Ok(self.in_progress(&target))
            }
            Err(error) => Err(error),
        }
    }

    /// Asks for the result with the properties that would change, which a `GET` of it does not have
    /// (<https://learn.microsoft.com/powershell/module/az.resources/get-azresourcegroupdeploymentstackwhatifresult>,
    /// `-IncludePropertyChange`). What comes of it is what [`WhatIf::of`] takes.
    pub async fn what_if(&self, group: &Group, result: &str) -> Result<Begun, Error> {
        let target = group
            .target(resource_type::STACK_WHAT_IF, STACK_WHAT_IF, result)
            .below("/whatIf");
        let answer = self.post(&target, None).await?;
        self.begun(Method::Post, &target, &answer)
    }

    /// Deletes a result.
    pub async fn delete_what_if(&self, group: &Group, result: &str) -> Result<Begun, Error> {
        let target = group.target(resource_type::STACK_WHAT_IF, STACK_WHAT_IF, result);
        let answer = self.delete(&target).await?;
        self.begun(Method::Delete, &target, &answer)
    }
}
