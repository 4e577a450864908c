//! What users of a topology connect to, and by which port of a pod it listens.

use std::fmt;

use model::topology::{Component, Service, ServiceName, Topology};

use super::{role, web, worker};

/// A way into a topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entrance {
    /// Temporal's frontend, gRPC.
    Frontend,
    /// The web console.
    Web,
    /// The worker's starter.
    Starter,
}

impl fmt::Display for Entrance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Frontend => "frontend",
            Self::Web => "web console",
            Self::Starter => "starter",
        })
    }
}

impl Entrance {
    /// The service of a topology behind it and the port of its pods, if the topology has it.
    pub fn of(self, topology: &Topology) -> Option<(ServiceName, u16)> {
        let behind = topology
            .services
            .iter()
            .find(|service| self.leads_to(service))?;
        let port = match self {
            Self::Frontend => role::FRONTEND_GRPC,
            Self::Web => web::HTTP,
            Self::Starter => worker::STARTER_PORT,
        };
        Some((behind.name.clone(), u16::try_from(port).ok()?))
    }

    /// The service of every topology behind [`Entrance::Frontend`], and the port of its pods.
    pub fn frontend() -> (ServiceName, u16) {
        let port = u16::try_from(role::FRONTEND_GRPC).expect("a port fits 16 bits");
        (ServiceName::new(role::FRONTEND), port)
    }

    fn leads_to(self, service: &Service) -> bool {
        match (self, &service.component) {
            (Self::Frontend, Component::Temporal(role)) => role == "frontend",
            (Self::Web, Component::Web { .. }) => true,
            (Self::Starter, Component::Worker { .. }) => worker::has_starter(service),
            _ => false,
        }
    }
}
