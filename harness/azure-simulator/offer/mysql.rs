//! What Azure Database for MySQL offers in a region.

use azure::resource_type;
use serde_json::{Value, json};

use super::super::handler::document_of;
use super::super::id::ResourceId;
use super::super::lookup;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::state::{Resource, State};

/// The SKUs of a region with their tiers and vCores
/// (<https://learn.microsoft.com/azure/mysql/flexible-server/concepts-service-tiers-storage>).
pub(in super::super) const SKUS: &[(&str, &str, u32)] = &[
    ("Standard_B1s", "Burstable", 1),
    ("Standard_B1ms", "Burstable", 1),
    ("Standard_B2s", "Burstable", 2),
    ("Standard_B2ms", "Burstable", 2),
    ("Standard_B4ms", "Burstable", 4),
    ("Standard_B8ms", "Burstable", 8),
    ("Standard_B12ms", "Burstable", 12),
    ("Standard_B16ms", "Burstable", 16),
    ("Standard_B20ms", "Burstable", 20),
    ("Standard_D2ds_v4", "GeneralPurpose", 2),
    ("Standard_D2ads_v5", "GeneralPurpose", 2),
    ("Standard_D4ds_v4", "GeneralPurpose", 4),
    ("Standard_D4ads_v5", "GeneralPurpose", 4),
    ("Standard_D8ds_v4", "GeneralPurpose", 8),
    ("Standard_D8ads_v5", "GeneralPurpose", 8),
    ("Standard_D16ds_v4", "GeneralPurpose", 16),
    ("Standard_D16ads_v5", "GeneralPurpose", 16),
    ("Standard_D32ds_v4", "GeneralPurpose", 32),
    ("Standard_D32ads_v5", "GeneralPurpose", 32),
    ("Standard_D48ds_v4", "GeneralPurpose", 48),
    ("Standard_D48ads_v5", "GeneralPurpose", 48),
    ("Standard_D64ds_v4", "GeneralPurpose", 64),
    ("Standard_D64ads_v5", "GeneralPurpose", 64),
    ("Standard_D96ads_v5", "GeneralPurpose", 96),
    ("Standard_E2ds_v4", "MemoryOptimized", 2),
    ("Standard_E2ads_v5", "MemoryOptimized", 2),
    ("Standard_E2ds_v5", "MemoryOptimized", 2),
    ("Standard_E4ds_v4", "MemoryOptimized", 4),
    ("Standard_E4ads_v5", "MemoryOptimized", 4),
    ("Standard_E4ds_v5", "MemoryOptimized", 4),
    ("Standard_E8ds_v4", "MemoryOptimized", 8),
    ("Standard_E8ads_v5", "MemoryOptimized", 8),
    ("Standard_E8ds_v5", "MemoryOptimized", 8),
    ("Standard_E16ds_v4", "MemoryOptimized", 16),
    ("Standard_E16ads_v5", "MemoryOptimized", 16),
    ("Standard_E16ds_v5", "MemoryOptimized", 16),
    ("Standard_E20ds_v4", "MemoryOptimized", 20),
    ("Standard_E20ads_v5", "MemoryOptimized", 20),
    ("Standard_E20ds_v5", "MemoryOptimized", 20),
    ("Standard_E32ds_v4", "MemoryOptimized", 32),
    ("Standard_E32ads_v5", "MemoryOptimized", 32),
    ("Standard_E32ds_v5", "MemoryOptimized", 32),
    ("Standard_E48ds_v4", "MemoryOptimized", 48),
    ("Standard_E48ads_v5", "MemoryOptimized", 48),
    ("Standard_E48ds_v5", "MemoryOptimized", 48),
    ("Standard_E64ds_v4", "MemoryOptimized", 64),
    ("Standard_E64ads_v5", "MemoryOptimized", 64),
    ("Standard_E64ds_v5", "MemoryOptimized", 64),
    ("Standard_E80ids_v4", "MemoryOptimized", 80),
    ("Standard_E96ads_v5", "MemoryOptimized", 96),
    ("Standard_E96ds_v5", "MemoryOptimized", 96),
];

/// The editions, versions and storage limits of a region.
pub(super) fn capabilities() -> Response {
    let tiers = ["Burstable", "GeneralPurpose", "MemoryOptimized"].map(|tier| {
        let skus: Vec<Value> = SKUS
            .iter()
            .filter(|(_, of, _)| *of == tier)
            .map(|(name, _, cores)| json!({"name": name, "vCores": cores, "supportedIops": 640 * cores, "supportedMemoryPerVCoreMB": 4096}))
            .collect();
        let versions = ["5.7", "8.0.21", "8.4"].map(|version| json!({"name": version, "supportedSkus": skus}));
        json!({
            "name": tier,
            "supportedServerVersions": versions,
            "supportedStorageEditions": [{
                "name": "Premium",
                "minStorageSize": 20480,
                "maxStorageSize": 16_777_216,
                "minBackupRetentionDays": 1,
                "maxBackupRetentionDays": 35,
                "minBackupIntervalHours": 12,
                "maxBackupIntervalHours": 24,
            }],
        })
    });
    Response::list(vec![json!({
        "zone": "none",
        "supportedHAMode": ["SameZone", "ZoneRedundant"],
        "supportedGeoBackupRegions": [],
        "supportedFlexibleServerEditions": tiers,
    })])
}

/// The required suffix of a private DNS zone for servers.
pub(super) fn zone_suffix() -> Response {
    let suffix = "private.mysql.database.azure.com";
    Response::json(200, json!({"privateDnsZoneSuffix": suffix}))
}

/// The number of servers in each subnet of a network that is delegated to MySQL.
pub(super) fn delegated_subnets(
    settings: &Settings,
    state: &State,
    request: &Request,
    region: &str,
) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    let network = body["virtualNetworkResourceId"].as_str();
    let network = ResourceId::parse(network.unwrap_or_default());
    let subnets = lookup::found(state, &network)?
        .document
        .pointer("/properties/subnets");
    let is_delegated = |subnet: &&Value| {
        let all = subnet["properties"]["delegations"].as_array();
        all.into_iter().flatten().any(|one| {
            let service = one["properties"]["serviceName"].as_str();
            service.is_some_and(|service| service.eq_ignore_ascii_case(resource_type::SERVER))
        })
    };
    let subnets = subnets.and_then(Value::as_array).into_iter().flatten();
    let usage = subnets.filter(is_delegated).map(|subnet| {
        let id = subnet["id"].as_str().unwrap_or_default();
        let uses_subnet = |one: &&Resource| {
            let within = "/properties/network/delegatedSubnetResourceId";
            let within = one.document.pointer(within).and_then(Value::as_str);
            within.is_some_and(|within| within.eq_ignore_ascii_case(id))
        };
        let servers = state.resources.values().filter(uses_subnet).count();
        json!({"subnetName": subnet["name"], "usage": servers})
    });
    Ok(Response::json(
        200,
        json!({
            "location": region,
            "subscriptionId": settings.subscription,
            "delegatedSubnetsUsage": usage.collect::<Vec<Value>>(),
        }),
    ))
}
