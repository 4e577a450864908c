//! Whether pods poll a task queue. Only Temporal knows this.

use std::net::SocketAddr;

use backend::probe::{self, DEADLINE};
use base::causes::in_one_line;
use model::topology::ServiceName;
use temporal::TaskKind;

use super::Cluster;

impl Cluster {
    /// Whether a pod of the service polls a task queue, from the frontend at an address. Otherwise
    /// the reason for a message. Temporal lists the pollers of deleted pods for some minutes.
    pub async fn polls(
        &self,
        service: &ServiceName,
        queue: &str,
        frontend: SocketAddr,
        namespace: &str,
    ) -> Result<(), String> {
        let client = probe::client(frontend, namespace).await?;
        let pollers = client.pollers(queue, TaskKind::Workflow, DEADLINE).await;
        let pollers =
            pollers.map_err(|error| format!("task queue `{queue}`: {}", in_one_line(&error)))?;
        let pods = self.pods_staying(service).await;
        let pods = pods.map_err(|error| in_one_line(&error))?;
        if probe::polled_by(&pollers, &pods) {
            Ok(())
        } else {
            Err(format!("task queue `{queue}` has no poller of it yet"))
        }
    }
}
