//! Properties that cannot change after the creation, and Azure's refusals of such changes.

use model::azure_limits::Minor;
use serde_json::Value;

use super::super::refusal::Refusal;
use super::super::{offer, pools};
use super::draft::Draft;
use super::pool_version;

/// Properties of a cluster, below `properties`.
const CLUSTER: [&str; 9] = [
    "dnsPrefix",
    "fqdnSubdomain",
    "nodeResourceGroup",
    "networkProfile.networkPlugin",
    "networkProfile.networkPluginMode",
    "networkProfile.serviceCidr",
    "networkProfile.dnsServiceIP",
    "networkProfile.loadBalancerSku",
    "apiServerAccessProfile.privateDNSZone",
];

/// Properties of a pool.
const POOL: [&str; 9] = [
    "vmSize",
    "osDiskSizeGB",
    "osDiskType",
    "maxPods",
    "vnetSubnetID",
    "osType",
    "osSKU",
    "type",
    "availabilityZones",
];

/// Properties of a database server.
const SERVER: [&str; 4] = [
    "/properties/administratorLogin",
    "/properties/availabilityZone",
    "/properties/network/delegatedSubnetResourceId",
    "/properties/network/privateDnsZoneResourceId",
];

/// Refuses a change of a cluster's immutable properties.
pub(super) fn cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    let Some(before) = draft.before() else {
        return Ok(());
    };
    for property in CLUSTER {
        let pointer = format!("/properties/{}", property.replace('.', "/"));
        let (was, is) = (
            before.document.pointer(&pointer),
            draft.body.pointer(&pointer),
        );
        unchanged(was, is, property)?;
    }
    check_private_cluster(&before.document, draft.body)?;
    check_pool_lag(&pools::of(draft.state, before), draft.body)
}

/// Refuses a change of a pool's immutable properties. `at` is the start of the target in the
/// refusal.
pub(super) fn pool(before: Option<&Value>, wanted: &Value, at: &str) -> Result<(), Refusal> {
    let Some(before) = before else {
        return Ok(());
    };
    POOL.iter().try_for_each(|property| {
        let name = match *property {
            "osSKU" if at != "properties" => "OSSKU",
            name => name,
        };
        unchanged(
            before.get(*property),
            wanted.get(*property),
            &format!("{at}.{name}"),
        )
    })
}

/// Refuses a change of a server's immutable properties.
pub(super) fn server(draft: &Draft<'_>) -> Result<(), Refusal> {
    SERVER
        .iter()
        .try_for_each(|pointer| draft.unchanged(pointer))?;
    let Some(before) = draft.before() else {
        return Ok(());
    };
    let text = |document: &Value, pointer: &str| {
        let text = document.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let old = |pointer: &str| text(&before.document, pointer);
    let new = |pointer: &str| text(draft.body, pointer);
    let refused =
        |message: &str, what: &str| Err(Refusal::bad("OperationNotAllowed", message).about(what));
    let (mode, burstable) = (
        "/properties/highAvailability/mode",
        new("/sku/tier") == "Burstable",
    );
    let is_on = |mode: &str| !mode.is_empty() && mode != "Disabled";
    if new(mode) == "ZoneRedundant" && old(mode) != "ZoneRedundant" {
        let message =
            "Zone-redundant high availability can only be enabled while creating the server.";
        return refused(message, "highAvailability.mode");
    }
    if is_on(&new(mode)) && is_on(&old(mode)) && new(mode) != old(mode) {
        let message = "Disable high availability before enabling it with another mode.";
        return refused(message, "highAvailability.mode");
    }
    if burstable && is_on(&old(mode)) {
        let message = "High availability is not supported for Burstable Tier.";
        return refused(message, "sku.tier");
    }
    let geo = "/properties/backup/geoRedundantBackup";
    if old(mode) == "ZoneRedundant" && !new(geo).is_empty() && new(geo) != old(geo) {
        let message =
            "Geo-redundant backup of a zone-redundant server can only be chosen while creating it.";
        return refused(message, "backup.geoRedundantBackup");
    }
    let version = "/properties/version";
    match (Minor::of(&old(version)), Minor::of(&new(version))) {
        (Some(was), Some(is)) if is < was => {
            let message = "The version to upgrade to must be greater than the current version.";
            refused(message, "version")
        }
        (Some(was), Some(is)) if is > was && burstable => {
            let message = "Major version update is not supported for the Burstable pricing tier.";
            refused(message, "version")
        }
        _ => Ok(()),
    }
}

fn unchanged(was: Option<&Value>, is: Option<&Value>, property: &str) -> Result<(), Refusal> {
    let same = match (was, is) {
        // AKS keeps values that a PUT leaves out, and it adds values that were missing.
        (None | Some(Value::Null), _) | (_, None | Some(Value::Null)) => true,
        (Some(Value::String(was)), Some(Value::String(is))) => was.eq_ignore_ascii_case(is),
        (was, is) => was == is,
    };
    if same {
        return Ok(());
    }
    let message = format!("Changing property '{property}' is not allowed.");
    Err(Refusal::bad("PropertyChangeNotAllowed", message).about(property))
}

fn check_private_cluster(before: &Value, wanted: &Value) -> Result<(), Refusal> {
    let pointer = "/properties/apiServerAccessProfile/enablePrivateCluster";
    let on = |document: &Value| document.pointer(pointer).and_then(Value::as_bool);
    let Some(is) = on(wanted) else {
        return Ok(());
    };
    if on(before).unwrap_or(false) == is {
        return Ok(());
    }
    let message = "Changing enablePrivateCluster is not allowed. It can only be set while creating the cluster.";
    Err(Refusal::bad("BadRequest", message).about("enablePrivateCluster"))
}

fn wanted_pools(wanted: &Value) -> impl Iterator<Item = &Value> {
    let pools = wanted.pointer("/properties/agentPoolProfiles");
    pools.and_then(Value::as_array).into_iter().flatten()
}

/// A pool may be at most three minor versions behind its cluster.
fn check_pool_lag(pools: &[Value], wanted: &Value) -> Result<(), Refusal> {
    let asked = wanted.pointer("/properties/kubernetesVersion");
    let Some(asked) = asked.and_then(Value::as_str) else {
        return Ok(());
    };
    for pool in pools {
        let version = pool["currentOrchestratorVersion"]
            .as_str()
            .unwrap_or_default();
        // A pool that is upgraded in the same request is checked with its new version. A client
        // that writes back what it has read repeats the version of the pool.
        let is_upgraded = wanted_pools(wanted).any(|one| {
            let asked = one["orchestratorVersion"].as_str();
            one["name"] == pool["name"]
                && asked.is_some_and(|asked| Minor::of(asked) != Minor::of(version))
        });
        if !is_upgraded && Minor::of(version) < Minor::of(asked) {
            pool_version::check_compatible(version, offer::newest(asked))?;
        }
    }
    Ok(())
}
