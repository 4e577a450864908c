//! Checks a service from outside the cluster. Its pods cannot tell this, since a node's port leads
//! to a pod only some time after the pod is ready.

use std::net::SocketAddr;

use backend::probe;
use base::causes::in_one_line;
use model::topology::{Probe, Service, ServiceName};

use super::parts::Parts;
use super::ports;
use super::record::ClusterRecord;
use super::site::Site;

/// Checks a prepared topology from this machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prober<'a> {
    pub(super) site: &'a Site,
    pub(super) http: &'a reqwest::Client,
    pub(super) parts: &'a Parts,
}

impl Prober<'_> {
    /// Whether a service does its job; the error is the reason why not.
    pub(super) async fn serves(self, service: &str) -> Result<(), String> {
        let Some(service) = self.parts.topology.service(service) else {
            return Ok(());
        };
        for condition in &service.readiness {
            self.holds(condition, service).await?;
        }
        Ok(())
    }

    async fn holds(self, condition: &Probe, service: &Service) -> Result<(), String> {
        match condition {
            Probe::GrpcServing { port } => match self.address(service, port) {
                Some(address) => probe::serving(address).await,
                None => Ok(()),
            },
            Probe::HttpOk { port, path } => match self.address(service, port) {
                Some(address) => {
                    probe::http_ok(self.http, &format!("http://{address}{path}")).await
                }
                None => Ok(()),
            },
            Probe::TaskQueuePolled { task_queue } => self.polled(task_queue, &service.name).await,
            Probe::TcpAccepts { .. } => Ok(()),
        }
    }

    async fn polled(self, queue: &str, service: &ServiceName) -> Result<(), String> {
        let frontend = ClusterRecord::frontend(&self.site.state);
        let frontend = frontend.map_err(|error| in_one_line(&error))?;
        let cluster = self.site.api.cluster().await;
        let cluster = cluster.map_err(|error| in_one_line(&error))?;
        let namespace = self.parts.topology.main_namespace();
        cluster.polls(service, queue, frontend, namespace).await
    }

    /// The address of a service's port on this machine.
    fn address(self, service: &Service, port: &str) -> Option<SocketAddr> {
        let ports = &self.parts.cluster.ports;
        Some(ports.get(ports::endpoint(service, port)?)?.address)
    }
}
