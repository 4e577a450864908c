//! What a deployment has done so far, resource by resource, which is the progress of a stack; and
//! how it is cancelled.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployment-operations/list>,
//! <https://learn.microsoft.com/rest/api/resources/deployments/cancel>

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::{Arm, Error, Fault, Group, ResourceId, Target, is_at_rest};
use crate::api_version::RESOURCES;
use crate::resource_type;

/// One thing that a deployment does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentOperation {
    /// Its id, unique in the deployment.
    pub operation_id: String,
    /// The rest.
    pub properties: OperationState,
}

/// What is done, and how far it is.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OperationState {
    /// Such as `Create`, or `EvaluateDeploymentOutput`, which is about no resource.
    pub provisioning_operation: String,
    /// Such as `Running`, `Succeeded` or `Failed`, of any case.
    pub provisioning_state: String,
    /// When it got into that state.
    #[serde(deserialize_with = "readable")]
    pub timestamp: Option<Timestamp>,
    /// How long it took, or has taken until now.
    #[serde(deserialize_with = "lasted")]
    pub duration: Option<Duration>,
    /// Which resource it is about.
    pub target_resource: Option<TargetResource>,
    /// What the resource's provider says is wrong.
    pub status_message: Option<StatusMessage>,
}

/// A resource that a deployment makes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetResource {
    /// Its id.
    pub id: ResourceId,
    /// Its type, such as `Microsoft.Network/virtualNetworks`.
    #[serde(default)]
    pub resource_type: String,
    /// Its name; of a child, with those that it is below of, between slashes.
    #[serde(default)]
    pub resource_name: String,
}

/// What a provider says.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct StatusMessage {
    /// What is wrong.
    #[serde(deserialize_with = "super::fault::within")]
    pub error: Option<Fault>,
}

impl DeploymentOperation {
    /// Whether it goes on.
    pub fn is_running(&self) -> bool {
        !is_at_rest(&self.properties.provisioning_state)
    }

    /// What is wrong with it.
    pub fn fault(&self) -> Option<&Fault> {
        self.properties.status_message.as_ref()?.error.as_ref()
    }
}

impl Arm {
    /// What a deployment in a group has done so far: what has not been asked for yet is not in it.
    /// The name is that of [`super::StackState::deployment_id`].
    pub async fn deployment_operations(
        &self,
        group: &Group,
        deployment: &str,
    ) -> Result<Vec<DeploymentOperation>, Error> {
        // The API's description has no provider in this path.
        let path = format!("{}/deployments/{deployment}/operations", group.id());
        self.list(&Target::new(path, RESOURCES)).await
    }

    /// Cancels a deployment: what it has not asked for is not asked for any more, what it has asked
    /// for goes on by itself. One that is over is refused with 409.
    pub async fn cancel_deployment(&self, group: &Group, deployment: &str) -> Result<(), Error> {
        let kind = resource_type::DEPLOYMENT;
        let target = group.target(kind, RESOURCES, deployment).below("/cancel");
        self.post(&target, None).await?;
        Ok(())
    }
}

/// A time, or none where it cannot be read: nothing depends on it.
fn readable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// A duration such as `PT1M5.25S`, likewise.
fn lasted<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let lasted = text.and_then(|text| text.parse::<SignedDuration>().ok());
    Ok(lasted.map(SignedDuration::unsigned_abs))
}
