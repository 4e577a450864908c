//! Whether a resource does its job.

use backend::probe;
use backend::{Backend as _, Readiness, namespaces};
use base::causes::in_one_line;
use model::plan::ResourceId;
use model::topology::{self, Service};

use super::backend::AzureBackend;
use super::ground;

impl AzureBackend {
    /// Looks once.
    pub(super) async fn look(&self, id: &ResourceId) -> Readiness {
        if let Some(ground) = self.ground.as_ref().filter(|_| ground::owns(id)) {
            return ground.ready(id).await;
        }
        match id.kind() {
            "group" => self.group_ready().await,
            "stack" => self.stack_ready().await,
            "image" => self.image_ready().await,
            "namespace" => match self.frontend_address().await {
                Ok(frontend) => namespaces::ready(id.name(), frontend).await,
                Err(error) => Readiness::unseen(&error),
            },
            _ => self.objects_ready(id).await,
        }
    }

    async fn objects_ready(&self, id: &ResourceId) -> Readiness {
        let ready = match self.connected().await {
            Ok(connection) => connection.cluster.group_ready(id).await,
            Err(error) => Readiness::unseen(&error),
        };
        if ready != Readiness::Ready {
            return ready;
        }
        match self.serves(id).await {
            Ok(()) => Readiness::Ready,
            Err(reason) => Readiness::NotYet(reason),
        }
    }

    /// Whether a service does its job for those who come in by a forwarded port.
    async fn serves(&self, id: &ResourceId) -> Result<(), String> {
        let Ok(wanted) = self.wanted(id) else {
            return Ok(());
        };
        let Some(service) = wanted.topology.service(id.name()) else {
            return Ok(());
        };
        for condition in &service.readiness {
            self.holds(condition, service).await?;
        }
        Ok(())
    }

    async fn holds(
        &self,
        condition: &topology::Readiness,
        service: &Service,
    ) -> Result<(), String> {
        use topology::Readiness::{GrpcServing, HttpOk, TaskQueuePolled, TcpAccepts};

        match condition {
            // Asked of the frontend alone; the other roles are for it to reach.
            GrpcServing { .. } if service.name.as_str() == "temporal-frontend" => {
                probe::serving(self.address().await?).await
            }
            TaskQueuePolled { task_queue } => self.polled(task_queue, service).await,
            // What the kubelet asks for.
            GrpcServing { .. } | HttpOk { .. } | TcpAccepts { .. } => Ok(()),
        }
    }

    async fn address(&self) -> Result<std::net::SocketAddr, String> {
        let address = self.frontend_address().await;
        address.map_err(|error| in_one_line(&error))
    }

    async fn polled(&self, queue: &str, service: &Service) -> Result<(), String> {
        let (frontend, namespace) = (self.address().await?, self.namespaces.main());
        let connection = self.connected().await;
        let cluster = &connection.map_err(|error| in_one_line(&error))?.cluster;
        cluster
            .polls(&service.name, queue, frontend, namespace)
            .await
    }
}
