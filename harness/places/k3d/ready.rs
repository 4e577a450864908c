//! Whether a resource does its job.

use std::net::SocketAddr;

use backend::probe;
use backend::{Readiness, namespaces};
use base::causes::in_one_line;
use model::plan::ResourceId;
use model::topology::{self, Service, ServiceName};

use super::backend::{Docker, K3dBackend};
use super::ports;
use super::wanted::Wanted;

impl K3dBackend {
    /// Looks once.
    pub(super) async fn look(&self, id: &ResourceId) -> Readiness {
        match id.kind() {
            "network" => self.network_ready().await,
            "cluster" => self.cluster_ready().await,
            "images" => self.images_ready().await,
            "namespace" => match self.frontend_address() {
                Ok(frontend) => namespaces::ready(id.name(), frontend).await,
                Err(error) => Readiness::Never(in_one_line(&error)),
            },
            _ => match self.docker().await {
                Ok(docker) if docker.mysql.owns(id) => docker.mysql.ready(id).await,
                Ok(docker) => self.in_cluster(id, docker).await,
                Err(error) => Readiness::unseen(&error),
            },
        }
    }

    async fn in_cluster(&self, id: &ResourceId, docker: &Docker) -> Readiness {
        match id.kind() {
            "base" => match self.group_ready(id).await {
                Readiness::Ready => self.pods_can_run().await,
                other => other,
            },
            // What counts is what the Job is to leave. In a copy of the golden snapshot that is
            // there already, and nobody needs to wait until it has found so.
            "job" if docker.mysql.schema_ready().await == Readiness::Ready => Readiness::Ready,
            _ => self.group_ready(id).await,
        }
    }

    async fn group_ready(&self, id: &ResourceId) -> Readiness {
        let ready = match self.kubernetes().await {
            Ok(cluster) => cluster.group_ready(id).await,
            Err(error) => Readiness::unseen(&error),
        };
        if ready != Readiness::Ready {
            return ready;
        }
        match self.serves_outside(id).await {
            Ok(()) => Readiness::Ready,
            Err(reason) => Readiness::NotYet(reason),
        }
    }

    /// Whether a service does its job for those outside the cluster, which its pods cannot tell: a
    /// port of a node leads to a pod only some time after that is ready.
    async fn serves_outside(&self, id: &ResourceId) -> Result<(), String> {
        let Ok(wanted) = self.wanted(id) else {
            return Ok(());
        };
        let Some(service) = wanted.topology.service(id.name()) else {
            return Ok(());
        };
        for condition in &service.readiness {
            self.holds(condition, service, wanted).await?;
        }
        Ok(())
    }

    async fn holds(
        &self,
        condition: &topology::Readiness,
        service: &Service,
        wanted: &Wanted,
    ) -> Result<(), String> {
        use topology::Readiness::{GrpcServing, HttpOk, TaskQueuePolled, TcpAccepts};

        match condition {
            GrpcServing { port } => match address(wanted, service, port) {
                Some(address) => probe::serving(address).await,
                None => Ok(()),
            },
            HttpOk { port, path } => match address(wanted, service, port) {
                Some(address) => {
                    probe::http_ok(self.http(), &format!("http://{address}{path}")).await
                }
                None => Ok(()),
            },
            TaskQueuePolled { task_queue } => self.polled(task_queue, &service.name).await,
            TcpAccepts { .. } => Ok(()),
        }
    }

    async fn polled(&self, queue: &str, service: &ServiceName) -> Result<(), String> {
        let frontend = self.frontend_address();
        let frontend = frontend.map_err(|error| in_one_line(&error))?;
        let cluster = self.kubernetes().await;
        let cluster = cluster.map_err(|error| in_one_line(&error))?;
        cluster
            .polls(service, queue, frontend, self.namespaces.main())
            .await
    }
}

/// Where a port of a service is to be had on this machine.
fn address(wanted: &Wanted, service: &Service, port: &str) -> Option<SocketAddr> {
    let listen = wanted.ports.get(ports::endpoint(service, port)?)?;
    Some(listen.address)
}

#[cfg(test)]
mod tests {
    use backend::Backend as _;
    use backend::state::Directory;
    use base::tool::Environment;
    use model::profile::K3d;

    use super::*;
    use crate::k3d::{Extent, Settings};

    #[tokio::test]
    async fn a_look_that_fails_is_no_end_of_the_wait_and_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = camino::Utf8Path::from_path(folder.path()).expect("text");
        let absent = format!("unix://{root}/docker.sock");
        let settings = Settings {
            root: root.to_owned(),
            profile: "k3d".to_owned(),
            cluster: K3d::default(),
            extent: Extent::Topology,
            environment: Environment::of_process().with("DOCKER_HOST", absent.as_str()),
        };
        let backend = K3dBackend::new(settings, Directory::new(root.join("state")), None);
        let backend = backend.expect("nothing was asked yet");
        let (names, of) = (backend.names(), ResourceId::new);
        for id in [names.network_id(), of("deployment", "web")] {
            let Readiness::NotYet(reason) = backend.ready(&id).await else {
                panic!("{id}: the wait is over");
            };
            assert!(reason.contains(&absent), "{id}: {reason}");
        }
    }
}
