//! Whether the services of a group do their job, checked through forwarded ports.

use backend::{Readiness, probe};
use base::causes::in_one_line;
use model::plan::ResourceId;
use model::topology::{Probe, Service, Topology};

use super::super::connection::Link;
use super::Objects;

impl Objects {
    /// Whether a group does its job. Without a topology, only the cluster's own status counts.
    pub(in super::super) async fn ready(
        &self,
        id: &ResourceId,
        topology: Option<&Topology>,
    ) -> Readiness {
        let ready = match self.link.connected().await {
            Ok(connection) => connection.cluster.group_ready(id).await,
            Err(error) => Readiness::unseen(&error),
        };
        if ready != Readiness::Ready {
            return ready;
        }
        match topology {
            Some(topology) => match serves(&self.link, id, topology).await {
                Ok(()) => Readiness::Ready,
                Err(reason) => Readiness::NotYet(reason),
            },
            None => Readiness::Ready,
        }
    }
}

async fn serves(link: &Link, id: &ResourceId, topology: &Topology) -> Result<(), String> {
    let Some(service) = topology.service(id.name()) else {
        return Ok(());
    };
    for condition in &service.readiness {
        holds(link, condition, service, topology.main_namespace()).await?;
    }
    Ok(())
}

async fn holds(
    link: &Link,
    condition: &Probe,
    service: &Service,
    namespace: &str,
) -> Result<(), String> {
    use Probe::{GrpcServing, HttpOk, TaskQueuePolled, TcpAccepts};

    let frontend = async {
        let address = link.frontend().await;
        address.map_err(|error| in_one_line(&error))
    };
    match condition {
        // Only the frontend is checked directly; it must reach the other roles itself.
        GrpcServing { .. } if service.name.as_str() == "temporal-frontend" => {
            probe::serving(frontend.await?).await
        }
        TaskQueuePolled { task_queue } => {
            let frontend = frontend.await?;
            let connection = link.connected().await;
            let connection = connection.map_err(|error| in_one_line(&error))?;
            let polls = connection
                .cluster
                .polls(&service.name, task_queue, frontend, namespace);
            polls.await
        }
        // The kubelet checks these.
        GrpcServing { .. } | HttpOk { .. } | TcpAccepts { .. } => Ok(()),
    }
}
