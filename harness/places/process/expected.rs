//! The expected resources of a topology, and the engine of a running one.

use backend::namespaces::Namespaces;
use backend::state::Directory;
use model::plan::{ResourceId, ResourceKind};
use model::profile::Engine;
use model::topology::{Component, Service, Topology};

use super::console::Console;
use super::launch::Launch;
use super::names::{FRONTEND, TEMPORAL};

/// The ids of the resources that an engine makes for a topology.
pub(super) fn of(engine: &Engine, topology: &Topology) -> Vec<ResourceId> {
    let mut expected = Vec::new();
    if let Engine::DevServer { .. } = engine {
        // One process runs everything except the worker.
        expected.push(ResourceId::new(ResourceKind::Process, TEMPORAL));
    }
    for service in &topology.services {
        match (&service.component, engine) {
            (Component::Worker { .. }, _) | (Component::Temporal(_), Engine::Server) => {
                expected.extend(replicas(service));
            }
            (Component::Database, Engine::Server) => {
                expected.extend([database::container_id(), database::schema_id()]);
            }
            (Component::Web { .. }, Engine::Server) => expected.push(Console::id()),
            (_, Engine::DevServer { .. }) => {}
        }
    }
    expected.extend(Namespaces::expected(topology));
    expected
}

fn replicas(service: &Service) -> impl Iterator<Item = ResourceId> {
    service
        .replica_names()
        .map(|replica| ResourceId::new(ResourceKind::Process, replica))
}

/// The engine that a state folder's topology was started with, by its launch records.
pub fn engine_of(state: &Directory) -> Engine {
    match Launch::read(state, FRONTEND) {
        Ok(Some(_)) => Engine::Server,
        Ok(None) | Err(_) => Engine::DevServer { cli: None },
    }
}
