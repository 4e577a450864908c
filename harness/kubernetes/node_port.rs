//! Node ports that are allocated although no Service uses them.
//!
//! The API server allocates a Service's port before it stores the Service. If the client is killed
//! or reaches its deadline in between, the port stays allocated without a Service. Kubernetes
//! releases such a port after three rounds of its repair loop, which are three minutes apart
//! (`pkg/registry/core/service/portallocator/controller/repair.go`).

use std::time::Duration;

use base::causes::in_one_line;
use serde_json::Value;
use tokio::time::sleep;

use super::error::Error;
use super::{Cluster, Group};

/// How long a request that a client has given up is given to end. It holds its port without a
/// Service for milliseconds.
const REQUEST_ENDS: Duration = Duration::from_secs(1);

impl Cluster {
    /// The error of the first Service in `groups` that cannot be created because its node port is
    /// allocated without a Service. An existing Service has its port. Changes nothing.
    pub async fn lost_port<'a>(
        &self,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Result<Option<String>, backend::Error> {
        let namespace = self.trial_namespace().await?;
        let manifests = groups.into_iter().flat_map(Group::manifests);
        for service in manifests.filter(is_on_nodes) {
            // Applying the Service reports every other error.
            if self.refusal_of(&service, namespace).await.is_none() {
                continue;
            }
            sleep(REQUEST_ENDS).await;
            if let Some(reason) = self.refusal_of(&service, namespace).await {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Why the API server gives `service` no node port: the port is allocated.
    async fn refusal_of(&self, service: &Value, namespace: &str) -> Option<String> {
        let error = self.try_out(service.clone(), namespace).await.err();
        error.filter(is_allocated).map(|error| in_one_line(&error))
    }
}

fn is_on_nodes(object: &Value) -> bool {
    object["kind"] == "Service" && object["spec"]["type"] == "NodePort"
}

fn is_allocated(error: &Error) -> bool {
    matches!(error, Error::Call { source, .. } if source.says_port_is_allocated())
}
