//! The cluster's ports on this machine, and the node ports that they lead to.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use backend::state::Directory;
use kubernetes::{Exposure, Way};
use model::topology::{Component, Port, Service, Topology};

use super::names::FRONTEND;
use super::record::ClusterRecord;
use crate::address::{self, Addresses, Listen};

/// The port of the cluster's API. All other ports lead to services in the cluster.
pub(super) const API: &str = "api";

/// The replica name for the choice of ports.
const CLUSTER: &str = "cluster";

/// The service of the database, and the name of its port.
pub(super) const MYSQL: &str = "mysql";

/// The ports that clients outside the cluster use: the kind of the service, the name of its port,
/// the name of the endpoint, and the port on every node.
const EXPOSED: [(Kind, &str, &str, u16); 4] = [
    (Kind::Frontend, "grpc", FRONTEND, 30_233),
    (Kind::Frontend, "http", "http", 30_243),
    (Kind::Web, "http", "web", 30_280),
    (Kind::Worker, "starter", "starter", 30_281),
];

/// The kinds of services that are reachable from outside the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Frontend,
    Web,
    Worker,
}

impl Kind {
    fn of(service: &Service) -> Option<Self> {
        match &service.component {
            Component::Temporal(role) if role == "frontend" => Some(Self::Frontend),
            Component::Web { .. } => Some(Self::Web),
            Component::Worker { .. } => Some(Self::Worker),
            Component::Temporal(_) | Component::Database => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ports {
    /// The cluster's addresses, by endpoint.
    pub(super) cluster: BTreeMap<String, Listen>,
    pub(super) mysql: Listen,
}

/// Assigns the addresses of a topology. A living cluster or database keeps its addresses. A dead
/// one gets its old addresses back if they are free.
pub(super) fn assign(
    topology: &Topology,
    state: &Directory,
    cluster: Option<(&ClusterRecord, bool)>,
    mysql: Option<(SocketAddr, bool)>,
) -> Result<Ports, address::Error> {
    let mut addresses = Addresses::new(state);
    if let Some((record, true)) = cluster {
        for listen in record.ports.values() {
            addresses.keep(listen);
        }
    }
    let before = mysql.map(|(address, lives)| {
        let listen = Listen {
            service: MYSQL.to_owned(),
            address,
            wanted: None,
        };
        (listen, lives)
    });
    let before = before.as_ref().map(|(listen, lives)| (listen, *lives));
    let mysql = addresses.listen(MYSQL, MYSQL, &free(MYSQL), before)?;
    let mut ports = BTreeMap::new();
    for (name, service, port) in wanted(topology) {
        let before = cluster
            .and_then(|(record, lives)| record.ports.get(name).map(|listen| (listen, lives)));
        let listen = addresses.listen(service, CLUSTER, &port, before)?;
        ports.insert(name.to_owned(), listen);
    }
    Ok(Ports {
        cluster: ports,
        mysql,
    })
}

/// The ports of a topology, as (endpoint, service, port).
fn wanted(topology: &Topology) -> Vec<(&'static str, &str, Port)> {
    let mut wanted = vec![(API, CLUSTER, free(API))];
    for service in &topology.services {
        for found in &service.ports {
            if let Some(name) = endpoint(service, &found.name) {
                let port = Port {
                    name: name.to_owned(),
                    pinned: found.pinned,
                };
                wanted.push((name, service.name.as_str(), port));
            }
        }
    }
    wanted
}

/// The wanted port of the database.
pub(super) fn mysql_wanted(state: &Directory) -> u16 {
    address::wanted(state.path().as_str(), MYSQL, MYSQL)
}

fn free(name: &str) -> Port {
    Port {
        name: name.to_owned(),
        pinned: None,
    }
}

/// The port that an endpoint leads to on every node; the API has its own.
pub(super) fn node_port(endpoint: &str) -> Option<u16> {
    let mut exposed = EXPOSED.iter();
    exposed
        .find(|(_, _, name, _)| *name == endpoint)
        .map(|(_, _, _, port)| *port)
}

/// The endpoint of a service's port, if it is reachable from outside the cluster.
pub(super) fn endpoint(service: &Service, port: &str) -> Option<&'static str> {
    let kind = Kind::of(service)?;
    let mut exposed = EXPOSED.iter();
    exposed
        .find(|(known, name, _, _)| *known == kind && *name == port)
        .map(|(_, _, endpoint, _)| *endpoint)
}

/// The node ports, in the terms of the objects.
pub(super) fn exposure() -> Exposure {
    let way = |kind| {
        let of_it = EXPOSED.iter().filter(|(known, ..)| *known == kind);
        Way::NodePort(of_it.map(|(_, name, _, port)| (*name, *port)).collect())
    };
    Exposure {
        frontend: way(Kind::Frontend),
        web: way(Kind::Web),
        starter: way(Kind::Worker),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::{Ipv4Addr, TcpListener};

    use model::topology::Digest;

    use super::super::record::{ClusterRecord, ClusterStage};
    use super::*;

    fn topology(sets: &[&str]) -> Topology {
        testing::profile::topology("k3d", sets)
    }

    fn state() -> Directory {
        Directory::new("/nowhere/.harness/k3d")
    }

    fn record(ports: &Ports) -> ClusterRecord {
        ClusterRecord {
            digest: Digest::of(&1),
            stage: ClusterStage::Made,
            nodes: Vec::new(),
            image: String::new(),
            ports: ports.cluster.clone(),
            images: None,
            groups: BTreeSet::new(),
        }
    }

    #[test]
    fn every_endpoint_has_its_own_port_and_gets_it_again_later() {
        let topology = topology(&[]);
        let ports = assign(&topology, &state(), None, None).expect("ports");
        let names: Vec<&str> = ports.cluster.keys().map(String::as_str).collect();
        assert_eq!(names, ["api", "grpc", "http", "starter", "web"]);
        let listens = ports.cluster.values().chain([&ports.mysql]);
        let numbers: BTreeSet<u16> = listens.map(|listen| listen.address.port()).collect();
        assert_eq!(numbers.len(), 6);
        let again = assign(&topology, &state(), Some((&record(&ports), false)), None);
        assert_eq!(again.expect("ports"), ports);
    }

    #[test]
    fn a_living_cluster_keeps_the_ports_that_it_occupies() {
        let topology = topology(&[]);
        let mut ports = assign(&topology, &state(), None, None).expect("ports");
        let itself = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = itself.local_addr().expect("bound");
        ports.cluster.get_mut("grpc").expect("a port").address = address;
        let again = assign(&topology, &state(), Some((&record(&ports), true)), None);
        assert_eq!(again.expect("ports").cluster["grpc"].address, address);
        let dead = assign(&topology, &state(), Some((&record(&ports), false)), None);
        assert_ne!(dead.expect("ports").cluster["grpc"].address, address);
    }

    #[test]
    fn without_a_starter_there_is_no_port_for_it_and_a_pinned_port_is_used() {
        let topology = topology(&["starter.mode=off", "web.port=8233"]);
        let ports = assign(&topology, &state(), None, None).expect("ports");
        assert!(!ports.cluster.contains_key("starter"));
        assert_eq!(ports.cluster["web"].address.port(), 8233);
    }
}
