//! The services that users of a topology connect to, and their pod ports.

use std::fmt;

use model::topology::{Component, Service, ServiceName, Topology};

use super::{role, web, worker};

/// A service that users connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entrance {
    /// Temporal's frontend, gRPC.
    Frontend,
    Web,
    /// The worker's HTTP starter.
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
    /// The service in a topology and the port of its pods, if the topology has it.
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

    /// The service of [`Entrance::Frontend`], which every topology has, and the port of its pods.
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
