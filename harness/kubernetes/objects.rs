//! Converts a topology to objects. Pure.

use model::plan::{ResourceId, ResourceKind};
use model::quantity::Duration;
use model::topology::{Component, Service, ServiceName, Topology};

use super::{Group, Object, Site, base, role, schema_job, web, worker};

/// The groups of a topology. Each comes after those that it needs.
pub fn objects(topology: &Topology, site: &Site) -> Vec<Group> {
    let services = topology.services.iter();
    let deployments = services.filter_map(|service| {
        Some(Group {
            id: id(&service.name),
            objects: of_service(topology, site, service)?,
            needs: needs(topology, service),
            ready_timeout: ready_timeout(service),
        })
    });
    [
        base::group(topology, site),
        schema_job::group(topology, site),
    ]
    .into_iter()
    .chain(deployments)
    .collect()
}

/// The names of a topology's groups.
pub fn expected(topology: &Topology) -> Vec<ResourceId> {
    let services = topology.services.iter();
    let in_cluster = services.filter(|service| service.component != Component::Database);
    let deployments = in_cluster.map(|service| id(&service.name));
    [base::id(), schema_job::id()]
        .into_iter()
        .chain(deployments)
        .collect()
}

/// The objects of a service; `None` for the database, which is not in the cluster.
fn of_service(topology: &Topology, site: &Site, service: &Service) -> Option<Vec<Object>> {
    match &service.component {
        Component::Database => None,
        Component::Worker { .. } => {
            let worker = topology.worker(service)?;
            Some(worker::objects(worker, site))
        }
        Component::Temporal(name) => Some(role::objects(
            topology,
            site,
            service,
            name,
            &clients(topology),
        )),
        Component::Web { version } => Some(web::objects(topology, site, service, version)),
    }
}

/// The services that are clients of the frontend, like clients outside the cluster.
fn clients(topology: &Topology) -> Vec<&str> {
    let client = |service: &&Service| {
        let component = &service.component;
        matches!(component, Component::Web { .. } | Component::Worker { .. })
    };
    let clients = topology.services.iter().filter(client);
    clients.map(|service| service.name.as_str()).collect()
}

/// The resources that must be ready first. The database belongs to the place, so its schema
/// represents it in the cluster. A worker also needs the Temporal namespaces, which the place makes
/// through the frontend.
fn needs(topology: &Topology, service: &Service) -> Vec<ResourceId> {
    let database = |name: &ServiceName| {
        let mut services = topology.services.iter();
        services.any(|service| service.name == *name && service.component == Component::Database)
    };
    let needed = service.needs.iter().map(|name| {
        if database(name) {
            schema_job::id()
        } else {
            id(name)
        }
    });
    let mut needs: Vec<ResourceId> = needed.collect();
    if let Component::Worker { .. } = service.component {
        let namespaces = topology.temporal.namespaces.iter();
        needs.extend(
            namespaces.map(|namespace| ResourceId::new(ResourceKind::Namespace, &namespace.name)),
        );
    }
    needs
}

/// Replicas are replaced one after another, so each adds to the timeout.
fn ready_timeout(service: &Service) -> Duration {
    (service.ready_timeout.as_std() * u32::from(service.replicas.max(1))).into()
}

fn id(service: &ServiceName) -> ResourceId {
    ResourceId::new(ResourceKind::Deployment, service)
}

/// The groups that are required for workflows to make progress.
pub fn serving() -> Vec<ResourceId> {
    let roles = ["frontend", "history", "matching"];
    let group = |role| id(&ServiceName::new(format!("temporal-{role}")));
    roles.map(group).into()
}

#[cfg(test)]
mod tests;
