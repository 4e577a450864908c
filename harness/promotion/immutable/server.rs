//! What a database server was made as, and what of it only grows.

use std::collections::BTreeMap;

use model::azure_limits::Minor;
use model::profile::azure::{Azure, HighAvailability, MysqlTier};
use places::azure::{Living, STORAGE};
use serde_json::Value;

use super::fixed::{Fixed, fixed};
use super::refusal::{ANEW, refusal};
use crate::Check;

/// Of a database server:
/// <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-limitations>, and what
/// Microsoft's description marks as `create, read`.
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
        "its private zone",
    ),
    ("/properties/availabilityZone", "its zone"),
];

/// Of a server that lives. `asked` are the tags of its stack.
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
    let mut all = fixed(what, &SERVER_FIXED, resource, server, ANEW);
    all.extend(server_version(what, azure, resource, server));
    all.extend(standby(what, azure, server));
    all.extend(storage(what, azure, living, asked));
    all
}

/// MySQL goes up, and not where the server is burstable.
fn server_version(what: &str, azure: &Azure, wanted: &Value, server: &Value) -> Option<Check> {
    let version = |server: &Value| {
        let version = server.pointer("/properties/version")?.as_str()?;
        Some((version.to_owned(), Minor::of(version)?))
    };
    let ((was, old), (is, new)) = (version(server)?, version(wanted)?);
    if new < old {
        let reason = format!("it runs MySQL {was}, and a server never goes back to {is}");
        return Some(refusal(what, reason, ANEW));
    }
    (new > old && azure.mysql.tier() == MysqlTier::Burstable).then(|| {
        let reason = format!("it runs MySQL {was}, and a burstable server gets no {is}");
        refusal(
            what,
            reason,
            "promote a `backend.azure.mysql.sku` of another tier first",
        )
    })
}

/// A standby in another zone, and backups of such a server in another region, are decided when the
/// server is made: <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-limitations>.
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
        let reason = format!("{key}: a standby in another zone is made with the server or never");
        let remedy = "say `same-zone`, or make everything anew: `harness destroy`, then `harness \
                      promote`";
        all.push(refusal(what, reason, remedy));
    }
    if is == HighAvailability::SameZone && was == HighAvailability::ZoneRedundant {
        let reason = format!("{key}: a standby does not move to another zone");
        all.push(refusal(
            what,
            reason,
            "promote `disabled` first, and then `same-zone`",
        ));
    }
    let burstable = azure.mysql.tier() == MysqlTier::Burstable;
    if burstable && was != HighAvailability::Disabled {
        let reason = "it has a standby, and a burstable server has none".to_owned();
        let remedy = format!("promote {key} `disabled` first, and then the smaller `sku`");
        all.push(refusal(what, reason, &remedy));
    }
    let geo = text("/properties/backup/geoRedundantBackup");
    let geo = geo.map(|geo| geo.eq_ignore_ascii_case("Enabled"));
    let changes = geo.is_some_and(|geo| geo != azure.mysql.geo_redundant_backup);
    if changes && was == HighAvailability::ZoneRedundant {
        let reason = "`backend.azure.mysql.geo-redundant-backup` cannot change on a server with a \
                      standby in another zone"
            .to_owned();
        all.push(refusal(what, reason, ANEW));
    }
    all
}

/// Whether the profile asks for less storage than it did, and than there is. Where it asks for what
/// it did, the server has grown by itself, and that is nobody's mistake.
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
            "`backend.azure.mysql.storage` was {was} and is {is} now, and the server has {there} \
             GiB, which never get less"
        );
        refusal(
            what,
            reason,
            &format!("say {there}, or make everything anew"),
        )
    })
}
