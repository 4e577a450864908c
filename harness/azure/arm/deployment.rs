//! The operations of a deployment, which show the progress of a stack, and how to cancel it.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployment-operations/list>,
//! <https://learn.microsoft.com/rest/api/resources/deployments/cancel>

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::{Arm, Error, ErrorDetail, Group, ResourceId, Target, is_terminal_state};
use crate::api_version::RESOURCES;
use crate::resource_type;

/// One operation of a deployment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentOperation {
    /// Unique within the deployment.
    pub operation_id: String,
    pub properties: OperationState,
}

/// What an operation does, and its state.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OperationState {
    /// Such as `Create`, or `EvaluateDeploymentOutput`, which concerns no resource.
    pub provisioning_operation: String,
    /// Such as `Running`, `Succeeded` or `Failed`, in any case.
    pub provisioning_state: String,
    /// The time at which it entered that state.
    #[serde(deserialize_with = "readable")]
    pub timestamp: Option<Timestamp>,
    /// How long it took, or has run until now.
    #[serde(deserialize_with = "lasted")]
    pub duration: Option<Duration>,
    /// The resource that it concerns.
    pub target_resource: Option<TargetResource>,
    /// The error that the resource provider reports.
    pub status_message: Option<StatusMessage>,
}

/// A resource that a deployment creates.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetResource {
    pub id: ResourceId,
    /// Its type, such as `Microsoft.Network/virtualNetworks`.
    #[serde(default)]
    pub resource_type: String,
    /// Its name. A child's name starts with its parents' names, separated by slashes.
    #[serde(default)]
    pub resource_name: String,
}

/// The message of a resource provider.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct StatusMessage {
    #[serde(deserialize_with = "super::error_detail::within")]
    pub error: Option<ErrorDetail>,
}

impl DeploymentOperation {
    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        !is_terminal_state(&self.properties.provisioning_state)
    }

    /// The error of the operation, if it failed.
    pub fn detail(&self) -> Option<&ErrorDetail> {
        self.properties.status_message.as_ref()?.error.as_ref()
    }
}

impl Arm {
    /// The operations that a deployment in a group has started so far. `deployment` is the name in
    /// [`super::StackState::deployment_id`].
    pub async fn deployment_operations(
        &self,
        group: &Group,
        deployment: &str,
    ) -> Result<Vec<DeploymentOperation>, Error> {
        // In the API's description, this path names no provider.
        let path = format!("{}/deployments/{deployment}/operations", group.id());
        self.list(&Target::new(path, RESOURCES)).await
    }

    /// Cancels a deployment: it starts no more operations, and those that have started run on.
    /// Azure answers 409 for a deployment that has ended.
    pub async fn cancel_deployment(&self, group: &Group, deployment: &str) -> Result<(), Error> {
        let kind = resource_type::DEPLOYMENT;
        let target = group.target(kind, RESOURCES, deployment).below("/cancel");
        self.post(&target, None).await?;
        Ok(())
    }
}

/// A time; `None` if it cannot be parsed, because nothing depends on it.
fn readable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// A duration such as `PT1M5.25S`; `None` if it cannot be parsed.
fn lasted<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let lasted = text.and_then(|text| text.parse::<SignedDuration>().ok());
    Ok(lasted.map(SignedDuration::unsigned_abs))
}
