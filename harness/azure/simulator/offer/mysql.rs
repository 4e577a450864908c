//! What Azure Database for MySQL has in a region.

use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::kind::MYSQL_SKUS;
use super::super::message::Response;

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
