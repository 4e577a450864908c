//! Properties of a database server that cannot change, or can only grow.

use std::collections::BTreeMap;

use model::azure_limits::Minor;
use model::profile::azure::{Azure, HighAvailability, MysqlTier};
use places::azure::{Living, STORAGE};
use serde_json::Value;

use super::fixed::{Fixed, fixed};
use super::refusal::{recreate, recreate_or, refusal};
use crate::Check;

/// Sources: <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-limitations>, and the
/// properties that Microsoft's description marks as `create, read`.
const SERVER_FIXED: [Fixed; 4] = [
    (
        "/properties/administratorLogin",
        "`backend.azure.mysql.administrator`",
    ),
    (
        "/properties/network/delegatedSubnetResourceId",
        "its subnet",
    ),
    (
        "/properties/network/privateDnsZoneResourceId",
        "its private DNS zone",
    ),
    ("/properties/availabilityZone", "its availability zone"),
];

/// The refused changes of an existing server. `asked` are the tags of its stack.
pub(super) fn of_server(
    what: &str,
    azure: &Azure,
    resource: &Value,
    living: &Living,
    asked: Option<&BTreeMap<String, String>>,
) -> Vec<Check> {
    let Some(server) = &living.server else {
        return Vec::new();
    };
    let mut all = fixed(what, &SERVER_FIXED, resource, server, &recreate());
    all.extend(server_version(what, azure, resource, server));
    all.extend(standby(what, azure, server));
    all.extend(storage(what, azure, living, asked));
    all
}

/// MySQL can only be upgraded, and a burstable server not even that.
fn server_version(what: &str, azure: &Azure, wanted: &Value, server: &Value) -> Option<Check> {
    let version = |server: &Value| {
        let version = server.pointer("/properties/version")?.as_str()?;
        Some((version.to_owned(), Minor::of(version)?))
    };
    let ((was, old), (is, new)) = (version(server)?, version(wanted)?);
    if new < old {
        let reason = format!("it runs MySQL {was} and cannot be downgraded to {is}");
        return Some(refusal(what, reason, recreate()));
    }
    (new > old && azure.mysql.tier() == MysqlTier::Burstable).then(|| {
        let reason =
            format!("it runs MySQL {was}, and a burstable server cannot be upgraded to {is}");
        refusal(
            what,
            reason,
            "promote a `backend.azure.mysql.sku` of another tier first",
        )
    })
}

/// A standby in another zone can only be set when the server is created, and so can the
/// geo-redundant backup of such a server:
/// <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-limitations>.
fn standby(what: &str, azure: &Azure, server: &Value) -> Vec<Check> {
    let text = |pointer| server.pointer(pointer).and_then(Value::as_str);
    let mode = text("/properties/highAvailability/mode").unwrap_or("Disabled");
    let was = match mode.to_lowercase().as_str() {
        "zoneredundant" => HighAvailability::ZoneRedundant,
        "samezone" => HighAvailability::SameZone,
        _ => HighAvailability::Disabled,
    };
    let is = azure.mysql.high_availability;
    let key = "`backend.azure.mysql.high-availability`";
    let mut all = Vec::new();
    if is == HighAvailability::ZoneRedundant && was != is {
        let reason =
            format!("{key}: a standby in another zone can only be created with the server");
        let remedy = recreate_or("set `same-zone`, ");
        all.push(refusal(what, reason, remedy));
    }
    if is == HighAvailability::SameZone && was == HighAvailability::ZoneRedundant {
        let reason = format!("{key}: a standby cannot move to another zone");
        all.push(refusal(
            what,
            reason,
            "promote `disabled` first, then `same-zone`",
        ));
    }
    let burstable = azure.mysql.tier() == MysqlTier::Burstable;
    if burstable && was != HighAvailability::Disabled {
        let reason = "it has a standby, and a burstable server cannot have one".to_owned();
        let remedy = format!("promote {key} `disabled` first, then the smaller `sku`");
        all.push(refusal(what, reason, remedy));
    }
    let geo = text("/properties/backup/geoRedundantBackup");
    let geo = geo.map(|geo| geo.eq_ignore_ascii_case("Enabled"));
    let changes = geo.is_some_and(|geo| geo != azure.mysql.geo_redundant_backup);
    if changes && was == HighAvailability::ZoneRedundant {
        let reason = "`backend.azure.mysql.geo-redundant-backup` cannot change on a server with a \
                      standby in another zone"
            .to_owned();
        all.push(refusal(what, reason, recreate()));
    }
    all
}

/// Refuses less storage than at the last promotion, if it is also less than the server has. If the
/// profile is unchanged and the server has more, the server grew on its own, which is no error.
fn storage(
    what: &str,
    azure: &Azure,
    living: &Living,
    asked: Option<&BTreeMap<String, String>>,
) -> Option<Check> {
    let is = u64::from(azure.mysql.storage_gib);
    let was: u64 = asked?.get(STORAGE)?.parse().ok()?;
    let there = living.storage_gib()?;
    (is < was && is < there).then(|| {
        let reason = format!(
            "`backend.azure.mysql.storage` was {was} and is now {is}, but the server has {there} \
             GiB and its storage cannot shrink"
        );
        refusal(
            what,
            reason,
            format!("set it to {there}, or create everything again"),
        )
    })
}
