//! Azure Database for MySQL, flexible server.

use std::net::Ipv4Addr;

use azure::resource_type;
use model::azure_limits;
use serde_json::{Value, json};

use super::super::id::ResourceId;
use super::super::offer::MYSQL_SKUS;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::version;
use super::draft::Draft;
use super::rules::{Kind, LocationKind, Patch};
use super::{immutable, server_parameter};

const fn child(
    name: &'static str,
    patch: Patch,
    check: fn(&Draft<'_>) -> Result<(), Refusal>,
) -> Kind {
    Kind {
        name,
        versions: version::MYSQL,
        location: LocationKind::Parent,
        takes: [12, 12, 10],
        accepted: 202,
        headers: [Headers::Location; 2],
        shows_progress: false,
        check,
        complete: |_, _| {},
        patch,
        deletion_check: None,
    }
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: resource_type::SERVER,
        versions: version::MYSQL,
        location: LocationKind::Region,
        takes: [330, 60, 75],
        accepted: 202,
        headers: [Headers::Location, Headers::Both],
        shows_progress: false,
        check: server,
        complete,
        patch: Patch::Any,
        deletion_check: None,
    },
    child(resource_type::DATABASE, Patch::Never, |draft| {
        draft.name(1, 63, |c| c.is_ascii_alphanumeric() || "-_".contains(c))
    }),
    child(
        resource_type::PARAMETER,
        Patch::Any,
        server_parameter::check,
    ),
    child(
        "Microsoft.DBforMySQL/flexibleServers/firewallRules",
        Patch::Never,
        firewall,
    ),
    child(
        "Microsoft.DBforMySQL/flexibleServers/administrators",
        Patch::Never,
        |draft| draft.one_of("/properties/administratorType", &["ActiveDirectory"]),
    ),
];

/// The server that the id names or is below. A server and its parts run one operation at a time.
pub(in super::super) fn server_of(id: &ResourceId) -> Option<ResourceId> {
    let kind = id.kind()?.to_lowercase();
    if kind == "microsoft.dbformysql/flexibleservers" {
        return Some(id.clone());
    }
    kind.starts_with("microsoft.dbformysql/flexibleservers/")
        .then(|| id.parent())?
}

fn server(draft: &Draft<'_>) -> Result<(), Refusal> {
    super::name::check_not_reserved(draft)?;
    draft.name(3, 63, |c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    })?;
    if draft.id.name().starts_with('-') || draft.id.name().ends_with('-') {
        let message = "The name of a server must start and end with a letter or digit.";
        return Err(Refusal::bad("InvalidParameterValue", message).about("name"));
    }
    draft.all_required(&["/sku/name", "/sku/tier"])?;
    sku(draft)?;
    if draft.before().is_none() {
        draft.all_required(&[
            "/properties/administratorLogin",
            "/properties/administratorLoginPassword",
        ])?;
    }
    credentials(draft)?;
    draft.one_of("/properties/version", &["5.7", "8.0.21", "8.4"])?;
    let large = draft.text("/sku/tier") == Some("MemoryOptimized");
    let most = i64::from(azure_limits::storage_gib(large));
    draft.within("/properties/storage/storageSizeGB", 20, most)?;
    draft.one_of("/properties/storage/autoGrow", &["Enabled", "Disabled"])?;
    draft.one_of(
        "/properties/storage/autoIoScaling",
        &["Enabled", "Disabled"],
    )?;
    draft.within("/properties/backup/backupRetentionDays", 1, 35)?;
    draft.one_of(
        "/properties/backup/geoRedundantBackup",
        &["Enabled", "Disabled"],
    )?;
    draft.one_of(
        "/properties/network/publicNetworkAccess",
        &["Enabled", "Disabled"],
    )?;
    network(draft)?;
    high_availability(draft)?;
    immutable::server(draft)?;
    shrink(draft)
}

fn sku(draft: &Draft<'_>) -> Result<(), Refusal> {
    let (name, tier) = (draft.text("/sku/name"), draft.text("/sku/tier"));
    let (name, tier) = (name.unwrap_or_default(), tier.unwrap_or_default());
    let known = MYSQL_SKUS
        .iter()
        .find(|(one, ..)| one.eq_ignore_ascii_case(name));
    match known {
        Some((_, of, _)) if of.eq_ignore_ascii_case(tier) => Ok(()),
        Some((_, of, _)) => {
            let message = format!("The SKU {name} belongs to the tier {of}, not to {tier}.");
            Err(Refusal::bad("InvalidParameterValue", message).about("sku.tier"))
        }
        None => {
            let message = format!("The requested VM size {name} is not available in this region.");
            Err(Refusal::bad("SkuNotAvailable", message).about("sku.name"))
        }
    }
}

fn credentials(draft: &Draft<'_>) -> Result<(), Refusal> {
    let login = draft.text("/properties/administratorLogin").unwrap_or("a");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if azure_limits::administrator_is_reserved(login) {
        let message = format!("The administrator login name '{login}' is not allowed.");
        return Err(Refusal::bad("BlockedUserName", message).about("administratorLogin"));
    }
    if !(1..=32).contains(&login.len()) || !login.chars().all(plain) {
        let message = format!("The administrator login name '{login}' is not valid.");
        return Err(Refusal::bad("InvalidUserName", message).about("administratorLogin"));
    }
    let Some(password) = draft.text("/properties/administratorLoginPassword") else {
        return Ok(());
    };
    let classes: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    let used = classes
        .iter()
        .filter(|class| password.chars().any(class))
        .count();
    let code = match password.len() {
        ..8 => "PasswordTooShort",
        129.. => "PasswordTooLong",
        _ if used < 3 => "PasswordNotComplex",
        _ => return Ok(()),
    };
    let message = "The password must have 8 to 128 characters from at least three of: lower case, upper case, digits, others.";
    Err(Refusal::bad(code, message).about("administratorLoginPassword"))
}

fn network(draft: &Draft<'_>) -> Result<(), Refusal> {
    const SUBNET: &str = "/properties/network/delegatedSubnetResourceId";
    const ZONE: &str = "/properties/network/privateDnsZoneResourceId";
    let Some(id) = draft.text(SUBNET) else {
        return Ok(());
    };
    let subnet =
        super::network::subnet(draft.state, id).ok_or_else(|| draft.missing_reference(id))?;
    let delegations = subnet
        .pointer("/properties/delegations")
        .and_then(Value::as_array);
    let is_mysql = |one: &Value| {
        let service = one
            .pointer("/properties/serviceName")
            .and_then(Value::as_str);
        service.is_some_and(|name| name.eq_ignore_ascii_case(resource_type::SERVER))
    };
    if !delegations.into_iter().flatten().any(is_mysql) {
        let message =
            format!("The subnet {id} is not delegated to Microsoft.DBforMySQL/flexibleServers.");
        return Err(Refusal::bad("InvalidSubnetDelegation", message));
    }
    draft.required(ZONE)?;
    let zone = draft
        .referenced(ZONE)?
        .map(|zone| zone.id.as_str())
        .unwrap_or_default();
    let zone = ResourceId::parse(zone);
    if !zone.name().ends_with("mysql.database.azure.com") {
        let message = "The private DNS zone's name must end with 'mysql.database.azure.com'.";
        return Err(Refusal::bad("InvalidPrivateDnsZoneName", message));
    }
    if zone
        .name()
        .eq_ignore_ascii_case(&format!("{}.mysql.database.azure.com", draft.id.name()))
    {
        let message = "The private DNS zone's name cannot be the same as the server's fully qualified domain name.";
        return Err(Refusal::bad("InvalidPrivateDnsZoneName", message));
    }
    if draft.state.below(&zone).next().is_none() {
        let message =
            format!("The private DNS zone {zone} is not linked to the server's virtual network.");
        return Err(Refusal::bad("VnetNotLinkedToPrivateDnsZone", message));
    }
    Ok(())
}

fn high_availability(draft: &Draft<'_>) -> Result<(), Refusal> {
    const MODE: &str = "/properties/highAvailability/mode";
    draft.one_of(MODE, &["Disabled", "SameZone", "ZoneRedundant"])?;
    let on = draft.text(MODE).is_some_and(|mode| mode != "Disabled");
    if on && draft.text("/sku/tier") == Some("Burstable") {
        let message = "High availability is not supported for the Burstable tier.";
        return Err(Refusal::bad("HANotSupportedForBurstable", message));
    }
    if on && draft.text("/properties/storage/autoGrow") == Some("Disabled") {
        let message = "High availability requires storage auto-grow to be enabled.";
        let refusal = Refusal::bad("InvalidParameterValue", message);
        return Err(refusal.about("storage.autoGrow"));
    }
    Ok(())
}

fn shrink(draft: &Draft<'_>) -> Result<(), Refusal> {
    const SIZE: &str = "/properties/storage/storageSizeGB";
    let before = draft
        .before()
        .and_then(|one| one.document.pointer(SIZE)?.as_i64());
    let wanted = draft.body.pointer(SIZE).and_then(Value::as_i64);
    if before > wanted && wanted.is_some() {
        let message = "The storage size of a server cannot be reduced.";
        return Err(Refusal::bad("StorageSizeDecreaseNotSupported", message));
    }
    Ok(())
}

fn complete(_: &Draft<'_>, document: &mut Value) {
    let properties = &mut document["properties"];
    if let Some(map) = properties.as_object_mut() {
        map.remove("administratorLoginPassword");
        map.remove("createMode");
    }
    properties["state"] = json!("Ready");
    if properties["version"].is_null() {
        properties["version"] = json!("8.0.21");
    }
    if properties["highAvailability"].is_null() {
        properties["highAvailability"] = json!({"mode": "Disabled"});
    }
}

fn firewall(draft: &Draft<'_>) -> Result<(), Refusal> {
    draft.name(1, 80, |c| c.is_ascii_alphanumeric() || "-_".contains(c))?;
    let ends = ["startIpAddress", "endIpAddress"];
    let [first, last] = ends.map(|field| format!("/properties/{field}"));
    draft.all_required(&[&first, &last])?;
    let address = |pointer: &str| draft.text(pointer)?.parse::<Ipv4Addr>().ok();
    let (from, to) = (address(&first), address(&last));
    if from.is_none() || to.is_none() || from > to {
        let message = "The addresses of a firewall rule must be IPv4 addresses, and the first must not be above the last.";
        let refusal = Refusal::bad("InvalidParameterValue", message);
        return Err(refusal.about("startIpAddress"));
    }
    let server = draft
        .id
        .parent()
        .and_then(|id| draft.state.resources.get(&id.key()));
    let private = server.is_some_and(|one| {
        one.document
            .pointer("/properties/network/delegatedSubnetResourceId")
            .is_some()
    });
    if private {
        let message = "Firewall rules cannot be set on a server with private access.";
        return Err(Refusal::bad(
            "FirewallRulesNotSupportedOnVnetServer",
            message,
        ));
    }
    Ok(())
}

/// Adds the host name that the hooks provide.
pub(in super::super) fn address(settings: &Settings, id: &ResourceId, document: &mut Value) {
    let host = settings.hooks.mysql_host(id.name());
    document["properties"]["fullyQualifiedDomainName"] = json!(host);
}

#[cfg(test)]
mod tests {
    use model::profile::azure::{HighAvailability, Mysql, MysqlTier};

    use super::*;

    #[test]
    fn every_sku_with_known_limits_is_offered_in_the_tier_that_a_profile_derives() {
        for size in model::azure_limits::mysql_skus() {
            let sku = format!("Standard_{size}");
            let found = MYSQL_SKUS.iter().find(|(name, ..)| *name == sku);
            let (_, tier, cores) = found.unwrap_or_else(|| panic!("{sku} is not listed"));
            let mysql = Mysql {
                sku,
                storage_gib: 20,
                auto_grow: true,
                high_availability: HighAvailability::Disabled,
                backup_retention_days: 7,
                geo_redundant_backup: false,
                administrator: "temporal".to_owned(),
            };
            let derived = match mysql.tier() {
                MysqlTier::Burstable => "Burstable",
                MysqlTier::GeneralPurpose => "GeneralPurpose",
                MysqlTier::MemoryOptimized => "MemoryOptimized",
            };
            assert_eq!(*tier, derived, "{size}");
            assert_eq!(*cores, mysql.vcores(), "{size}");
        }
    }
}
