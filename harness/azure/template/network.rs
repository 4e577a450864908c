//! The virtual network, and the private DNS zone with the name of the database.

use model::profile::azure::Network;
use serde::Serialize;

use super::inputs::{Id, Inputs};
use super::resource::Resource;
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::NETWORK;
pub(super) const SUBNETS: &str = resource_type::SUBNET;
pub(super) const ZONES: &str = resource_type::ZONE;
pub(super) const LINKS: &str = resource_type::ZONE_LINK;

/// The subnet of the nodes.
pub(super) const NODES: &str = "nodes";
/// The subnet of the database.
pub(super) const MYSQL: &str = "mysql";
/// The link of the zone to the network.
pub(super) const LINK: &str = "network";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct VirtualNetwork {
    properties: NetworkProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct NetworkProperties {
    address_space: AddressSpace,
    subnets: Vec<Subnet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct AddressSpace {
    address_prefixes: [String; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Subnet {
    name: &'static str,
    properties: SubnetProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SubnetProperties {
    address_prefix: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delegations: Vec<Delegation>,
}

/// The delegation of a subnet to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Delegation {
    name: &'static str,
    properties: DelegationProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct DelegationProperties {
    service_name: &'static str,
}

/// A private DNS zone. The database server creates its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Zone {
    properties: ZoneProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ZoneProperties {}

/// Makes the names of a zone resolve in a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ZoneLink {
    properties: LinkProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkProperties {
    registration_enabled: bool,
    virtual_network: Id,
}

pub(super) fn network(inputs: &Inputs<'_>) -> [Resource; 3] {
    let names = inputs.names;
    let (network, zone) = (
        inputs.id(KIND, &names.network),
        inputs.id(ZONES, &names.zone),
    );
    // Private DNS zones have no region.
    let global = Some("global".to_owned());
    [
        inputs.resource(
            KIND,
            api_version::NETWORK,
            &names.network,
            virtual_network(&inputs.azure.network),
        ),
        Resource {
            location: global.clone(),
            ..inputs.resource(
                ZONES,
                api_version::PRIVATE_DNS,
                &names.zone,
                Zone {
                    properties: ZoneProperties {},
                },
            )
        },
        Resource {
            location: global,
            depends_on: vec![zone, network.clone()],
            ..inputs.resource(
                LINKS,
                api_version::PRIVATE_DNS,
                &format!("{}/{LINK}", names.zone),
                ZoneLink {
                    properties: LinkProperties {
                        registration_enabled: false,
                        virtual_network: Id { id: network },
                    },
                },
            )
        },
    ]
}

fn virtual_network(network: &Network) -> VirtualNetwork {
    let delegation = Delegation {
        name: "mysql",
        properties: DelegationProperties {
            service_name: resource_type::SERVER,
        },
    };
    let subnet = |name, range: String, delegations| Subnet {
        name,
        properties: SubnetProperties {
            address_prefix: range,
            delegations,
        },
    };
    VirtualNetwork {
        properties: NetworkProperties {
            address_space: AddressSpace {
                address_prefixes: [network.address_space.to_string()],
            },
            subnets: vec![
                subnet(NODES, network.nodes.to_string(), Vec::new()),
                subnet(MYSQL, network.mysql.to_string(), vec![delegation]),
            ],
        },
    }
}
