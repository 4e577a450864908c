//! The database server: whether a zone of the region offers it.

use azure::arm::ServerCapability;
use model::profile::azure::{Azure, HighAvailability, MysqlTier};
use model::topology::Database;

use super::check::Problem;

/// The problem that prevents the creation of the server, if any.
pub(super) fn server(
    azure: &Azure,
    database: &Database,
    zones: &[ServerCapability],
) -> Option<Problem> {
    let mysql = &azure.mysql;
    let tier = match mysql.tier() {
        MysqlTier::Burstable => "Burstable",
        MysqlTier::GeneralPurpose => "GeneralPurpose",
        MysqlTier::MemoryOptimized => "MemoryOptimized",
    };
    let tiers = zones.iter().flat_map(|zone| &zone.tiers);
    let mut versions = tiers
        .filter(|offered| offered.name.eq_ignore_ascii_case(tier))
        .flat_map(|tier| &tier.versions)
        .filter(|version| version.name.starts_with(&database.version))
        .peekable();
    if versions.peek().is_none() {
        let reason = format!("MySQL {} is not offered in tier {tier}", database.version);
        Some(Problem::new(
            reason,
            "choose another `backend.azure.region`",
        ))
    } else if !versions
        .flat_map(|version| &version.skus)
        .any(|sku| sku.name.eq_ignore_ascii_case(&mysql.sku))
    {
        let reason = format!("{} is not offered in {}", mysql.sku, azure.region);
        let remedy = "choose another `backend.azure.mysql.sku` or region";
        Some(Problem::new(reason, remedy))
    } else {
        availability(azure, zones)
    }
}

fn availability(azure: &Azure, zones: &[ServerCapability]) -> Option<Problem> {
    let mode = match azure.mysql.high_availability {
        HighAvailability::Disabled => return None,
        HighAvailability::SameZone => "SameZone",
        HighAvailability::ZoneRedundant => "ZoneRedundant",
    };
    let mut modes = zones.iter().flat_map(|zone| &zone.high_availability);
    let offered = modes.any(|offered| offered.eq_ignore_ascii_case(mode));
    (!offered).then(|| {
        let reason = format!("{} does not offer a standby of kind {mode}", azure.region);
        let remedy = "choose another `backend.azure.mysql.high-availability`";
        Problem::new(reason, remedy)
    })
}
