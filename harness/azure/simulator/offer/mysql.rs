//! What Azure Database for MySQL has in a region.

use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::group::document_of;
use super::super::id::ResourceId;
use super::super::kind::MYSQL_SKUS;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::state::Resource;
use crate::azure::resource_type;

/// What MySQL has in a region.
pub(super) fn capabilities() -> Response {
    let tiers = ["Burstable", "GeneralPurpose", "MemoryOptimized"].map(|tier| {
        let skus: Vec<Value> = MYSQL_SKUS
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
    Cloud::list(vec![json!({
        "zone": "none",
        "supportedHAMode": ["SameZone", "ZoneRedundant"],
        "supportedGeoBackupRegions": [],
        "supportedFlexibleServerEditions": tiers,
    })])
}

/// What the name of a private zone for servers ends with.
pub(super) fn zone_suffix() -> Response {
    let suffix = "private.mysql.database.azure.com";
    Response::json(200, json!({"privateDnsZoneSuffix": suffix}))
}

impl Cloud {
    /// How many servers stand in each subnet of a network that is delegated to them.
    pub(super) fn delegated_subnets(
        &self,
        request: &Request,
        place: &str,
    ) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        let network = body["virtualNetworkResourceId"].as_str();
        let network = ResourceId::parse(network.unwrap_or_default());
        let subnets = self
            .found(&network)?
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
            let stands = |one: &&Resource| {
                let within = "/properties/network/delegatedSubnetResourceId";
                let within = one.document.pointer(within).and_then(Value::as_str);
                within.is_some_and(|within| within.eq_ignore_ascii_case(id))
            };
            let servers = self.state.resources.values().filter(stands).count();
            json!({"subnetName": subnet["name"], "usage": servers})
        });
        Ok(Response::json(
            200,
            json!({
                "location": place,
                "subscriptionId": self.settings.subscription,
                "delegatedSubnetsUsage": usage.collect::<Vec<Value>>(),
            }),
        ))
    }
}
