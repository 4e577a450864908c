//! The database: a MySQL flexible server that is reachable only in the virtual network.

use model::profile::azure::{HighAvailability, Mysql, MysqlTier};
use serde::Serialize;

use super::inputs::{Inputs, PASSWORD, child};
use super::network;
use super::resource::{Body, Resource};
use crate::api_version;
use crate::resource_type;

pub(super) const KIND: &str = resource_type::SERVER;
pub(super) const DATABASES: &str = resource_type::DATABASE;
/// The resource type of a server parameter.
pub const CONFIGURATIONS: &str = resource_type::PARAMETER;

/// The databases of Temporal's stores.
const STORES: [&str; 2] = ["temporal", "temporal_visibility"];

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Server {
    sku: Sku,
    properties: ServerProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Sku {
    name: String,
    tier: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ServerProperties {
    version: String,
    administrator_login: String,
    administrator_login_password: String,
    storage: Storage,
    backup: Backup,
    high_availability: Availability,
    network: ServerNetwork,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Storage {
    #[serde(rename = "storageSizeGB")]
    size: u32,
    #[serde(rename = "autoGrow")]
    auto_grow: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Backup {
    backup_retention_days: u16,
    geo_redundant_backup: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Availability {
    mode: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ServerNetwork {
    delegated_subnet_resource_id: String,
    private_dns_zone_resource_id: String,
    public_network_access: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Database {
    properties: DatabaseProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DatabaseProperties {
    charset: &'static str,
    collation: &'static str,
}

/// A server parameter (a MySQL variable).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Configuration {
    properties: ConfigurationProperties,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ConfigurationProperties {
    value: String,
    source: &'static str,
}

/// The server and its children. Each child depends on the one before it, because a server refuses a
/// second change while one is running
/// (<https://github.com/Azure/bicep-registry-modules/issues/4289>).
pub(super) fn database(inputs: &Inputs<'_>) -> Vec<Resource> {
    let names = inputs.names;
    let mut last = inputs.id(KIND, &names.mysql);
    let mut resources = vec![server(inputs)];
    let children = databases().into_iter().chain(configurations(inputs));
    for (kind, name, body) in children {
        resources.push(Resource {
            depends_on: vec![last],
            ..child(
                kind,
                api_version::MYSQL,
                format!("{}/{name}", names.mysql),
                body,
            )
        });
        last = names.id(kind, &[&names.mysql, name]);
    }
    resources
}

fn server(inputs: &Inputs<'_>) -> Resource {
    let names = inputs.names;
    let mysql = &inputs.azure.mysql;
    let zone = inputs.id(network::ZONES, &names.zone);
    let link = names.id(network::LINKS, &[&names.zone, network::LINK]);
    let subnet = names.id(network::SUBNETS, &[&names.network, network::MYSQL]);
    let body = Server {
        sku: Sku {
            name: mysql.sku.clone(),
            tier: tier(mysql.tier()),
        },
        properties: ServerProperties {
            version: inputs.database.version.clone(),
            administrator_login: mysql.administrator.clone(),
            administrator_login_password: format!("[parameters('{PASSWORD}')]"),
            storage: Storage {
                size: mysql.storage_gib,
                auto_grow: switch(mysql.auto_grow),
            },
            backup: Backup {
                backup_retention_days: mysql.backup_retention_days,
                geo_redundant_backup: switch(mysql.geo_redundant_backup),
            },
            high_availability: Availability {
                mode: availability(mysql),
            },
            network: ServerNetwork {
                delegated_subnet_resource_id: subnet,
                private_dns_zone_resource_id: zone,
                public_network_access: "Disabled",
            },
        },
    };
    Resource {
        // The zone must be linked to the network before the server registers its name there.
        depends_on: vec![inputs.id(network::KIND, &names.network), link],
        ..inputs.resource(KIND, api_version::MYSQL, &names.mysql, body)
    }
}

fn databases() -> [(&'static str, &'static str, Body); 2] {
    STORES.map(|name| {
        let properties = DatabaseProperties {
            charset: "utf8mb4",
            collation: "utf8mb4_0900_ai_ci",
        };
        (DATABASES, name, Body::of(Database { properties }))
    })
}

fn configurations(inputs: &Inputs<'_>) -> [(&'static str, &'static str, Body); 2] {
    let variables = [
        (
            "max_connections",
            inputs.database.max_connections.to_string(),
        ),
        // Azure's own default, set explicitly so that a drift is detected.
        ("require_secure_transport", "ON".to_owned()),
    ];
    variables.map(|(name, value)| {
        let properties = ConfigurationProperties {
            value,
            source: "user-override",
        };
        (CONFIGURATIONS, name, Body::of(Configuration { properties }))
    })
}

fn tier(tier: MysqlTier) -> &'static str {
    match tier {
        MysqlTier::Burstable => "Burstable",
        MysqlTier::GeneralPurpose => "GeneralPurpose",
        MysqlTier::MemoryOptimized => "MemoryOptimized",
    }
}

fn availability(mysql: &Mysql) -> &'static str {
    match mysql.high_availability {
        HighAvailability::Disabled => "Disabled",
        HighAvailability::SameZone => "SameZone",
        HighAvailability::ZoneRedundant => "ZoneRedundant",
    }
}

fn switch(on: bool) -> &'static str {
    if on { "Enabled" } else { "Disabled" }
}
