//! Node ports that are allocated although no Service uses them.
//!
//! The API server allocates a Service's port before it stores the Service. If the client is killed
//! or reaches its deadline in between, the port stays allocated without a Service. Kubernetes
//! releases such a port after three rounds of its repair loop, which are three minutes apart
//! (`pkg/registry/core/service/portallocator/controller/repair.go`).

use base::causes::in_one_line;
use serde_json::Value;

use super::error::Error;
use super::{Cluster, Group};

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
            match self.try_out(service, namespace).await {
                Err(error) if is_allocated(&error) => return Ok(Some(in_one_line(&error))),
                // Applying the Service reports every other error.
                _ => {}
            }
        }
        Ok(None)
    }
}

fn is_on_nodes(object: &Value) -> bool {
    object["kind"] == "Service" && object["spec"]["type"] == "NodePort"
}

fn is_allocated(error: &Error) -> bool {
    matches!(error, Error::Call { source, .. } if source.says_port_is_allocated())
}
