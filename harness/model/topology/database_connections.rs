//! The number of database connections that a topology may open.

use super::{Component, Topology};

/// The maximum number of connections of one server process to the default store. It is the default
/// of `SQL_MAX_CONNS` in the server's embedded configuration template.
pub const DEFAULT_STORE_POOL: u32 = 20;

/// The same for the visibility store: the default of `SQL_VIS_MAX_CONNS`.
pub const VISIBILITY_STORE_POOL: u32 = 10;

/// Connections for other clients: the schema tool, probes, an operator.
const SPARE: u32 = 10;

/// The number of connections that the database must allow, so that every pool of every Temporal
/// process can be full.
pub fn needed_connections(topology: &Topology) -> u32 {
    let processes: u32 = topology
        .services
        .iter()
        .filter(|service| matches!(service.component, Component::Temporal(_)))
        .map(|service| u32::from(service.replicas))
        .sum();
    processes * (DEFAULT_STORE_POOL + VISIBILITY_STORE_POOL) + SPARE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::quantity::Duration;
    use crate::topology::{Database, Digest, Service, ServiceName, TemporalSettings, Tls};

    fn topology(services: &[(Component, u16)]) -> Topology {
        let service = |(component, replicas): &(Component, u16)| Service {
            name: ServiceName::new("service"),
            component: component.clone(),
            replicas: *replicas,
            ports: Vec::new(),
            needs: Vec::new(),
            readiness: Vec::new(),
            ready_timeout: Duration::from_secs(1),
        };
        Topology {
            digest: Digest::of_bytes(&[]),
            temporal: TemporalSettings {
                version: "1.32.0".to_owned(),
                history_shards: 4,
                namespaces: Vec::new(),
                dynamic_config: BTreeMap::new(),
            },
            database: Database {
                version: "8.4".to_owned(),
                max_connections: 500,
                tls: Tls::Off,
            },
            services: services.iter().map(service).collect(),
        }
    }

    #[test]
    fn every_replica_of_every_role_has_both_pools() {
        let role = |name: &str, replicas| (Component::Temporal(name.to_owned()), replicas);
        let web = Component::Web {
            version: "2.54.1".to_owned(),
        };
        let services = [
            (Component::Database, 1),
            role("frontend", 1),
            role("history", 3),
            (web, 5),
        ];
        assert_eq!(needed_connections(&topology(&services)), 4 * 30 + 10);
        assert_eq!(needed_connections(&topology(&services[..1])), 10);
    }
}
