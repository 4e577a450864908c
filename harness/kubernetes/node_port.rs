//! Ports of the nodes that nobody has and nobody can get.
//!
//! The API server allocates a Service's port before it stores the Service. A client that goes away
//! in between, because it was killed or its deadline passed, leaves the port allocated to nothing.
//! Kubernetes gives such a port back after three rounds of its repair loop, which are three minutes
//! apart (`pkg/registry/core/service/portallocator/controller/repair.go`).

use base::causes::in_one_line;
use serde_json::Value;

use super::error::Error;
use super::{Cluster, Group};

impl Cluster {
    /// The first Service of `groups` that cannot be made, for a port of the nodes that it needs is
    /// allocated to nothing; in words. One that is there has its port. Nothing is changed.
    pub async fn lost_port<'a>(
        &self,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Result<Option<String>, backend::Error> {
        let namespace = self.trial_namespace().await?;
        let manifests = groups.into_iter().flat_map(Group::manifests);
        for service in manifests.filter(is_on_nodes) {
            match self.try_out(service, namespace).await {
                Err(error) if is_allocated(&error) => return Ok(Some(in_one_line(&error))),
                // Whatever else is wrong with it, applying it tells.
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
