//! What Azure refuses to change once it is made, told before anything is asked for: it would else be
//! told in the middle of a promotion, by a deployment that fails and leaves the rest half done. Pure.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Check, Problem};
use crate::azure::arm::StackSpec;
use crate::backend::azure::{Living, STORAGE};
use crate::profile::azure::{Azure, HighAvailability, MysqlTier};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
const SERVER: &str = "Microsoft.DBforMySQL/flexibleServers";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";

/// How many minor versions a pool may be behind its cluster.
const BEHIND: u32 = 3;

/// What helps where nothing but a new one does.
const ANEW: &str =
    "put it back, or make everything anew: `harness destroy`, then `harness promote`";
/// What helps with a pool.
const ANOTHER_POOL: &str =
    "put it back, or name another pool with what you want and leave this one out";
/// What helps with the system pool, which is made with the cluster and goes with it.
const SAME_SYSTEM_POOL: &str = "put it back, and name another pool with what you want besides; or \
                                make everything anew: `harness destroy`, then `harness promote`";

/// A property that is what it was made as: where it is, and what people call it.
type Fixed = (&'static str, &'static str);

/// Of a cluster: <https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters>,
/// <https://github.com/Azure/azure-cli/issues/12669> (private),
/// <https://github.com/Azure/terraform-azurerm-avm-res-containerservice-managedcluster/issues/166> (`dnsPrefix`).
const CLUSTER_FIXED: [Fixed; 7] = [
    (
        "/properties/apiServerAccessProfile/enablePrivateCluster",
        "`backend.azure.kubernetes.private`",
    ),
    (
        "/properties/networkProfile/serviceCidr",
        "`backend.azure.network.services`",
    ),
    ("/properties/dnsPrefix", "its DNS prefix"),
    ("/properties/nodeResourceGroup", "the group of its nodes"),
    (
        "/properties/networkProfile/networkPlugin",
        "its network plugin",
    ),
    (
        "/properties/networkProfile/networkPluginMode",
        "the mode of its network plugin",
    ),
    (
        "/properties/networkProfile/loadBalancerSku",
        "the SKU of its load balancer",
    ),
];

/// Of a pool: <https://github.com/pulumi/pulumi-azure-native/issues/959> (`vmSize`),
/// <https://github.com/Azure/AKS/issues/695> (`vnetSubnetID`),
/// <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/kubernetes_cluster_node_pool>
/// (what makes a new one).
const POOL_FIXED: [Fixed; 6] = [
    ("/vmSize", "`vm-size`"),
    ("/osDiskSizeGB", "`os-disk`"),
    ("/maxPods", "`max-pods`"),
    ("/vnetSubnetID", "its subnet"),
    ("/osType", "its operating system"),
    ("/osSKU", "its operating system"),
];

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

/// Everything that Azure would refuse to change; nothing if it would take all of it. `asked` are the
/// tags of the stack that lives, by which what the profile asked for then is known.
pub(super) fn refused(
    azure: &Azure,
    spec: &StackSpec,
    living: &Living,
    asked: Option<&BTreeMap<String, String>>,
) -> Vec<Check> {
    let wanted = Wanted(spec);
    let mut all = Vec::new();
    all.extend(region(azure, living));
    if let Some((name, cluster)) = wanted.first(CLUSTER).zip(living.cluster.as_ref()) {
        let what = format!("cluster {}", name.0);
        all.extend(fixed(&what, &CLUSTER_FIXED, &name.1, cluster, ANEW));
        all.extend(version(&what, azure, cluster));
        all.extend(lagging(azure, living));
        all.extend(pools(&wanted, living));
    }
    if let Some((name, server)) = wanted.first(SERVER).zip(living.server.as_ref()) {
        let what = format!("MySQL server {}", name.0);
        all.extend(fixed(&what, &SERVER_FIXED, &name.1, server, ANEW));
        all.extend(server_version(&what, azure, &name.1, server));
        all.extend(standby(&what, azure, server));
        all.extend(storage(&what, azure, living, asked));
    }
    all.extend(subnets(&wanted, living));
    all
}

/// The resources as a template wants them.
struct Wanted<'a>(&'a StackSpec);

impl Wanted<'_> {
    fn all(&self, kind: &str) -> impl Iterator<Item = (String, Value)> {
        let resources = self.0.properties.template["resources"].as_array();
        let of_kind = resources.into_iter().flatten();
        of_kind.filter(move |it| it["type"] == kind).map(|it| {
            let name = it["name"].as_str().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default();
            (name.to_owned(), it.clone())
        })
    }

    fn first(&self, kind: &str) -> Option<(String, Value)> {
        self.all(kind).next()
    }

    /// The system pool, which is a part of the cluster.
    fn system_pool(&self) -> Option<Value> {
        let (_, cluster) = self.first(CLUSTER)?;
        cluster.pointer("/properties/agentPoolProfiles/0").cloned()
    }
}

fn refusal(what: &str, reason: String, remedy: &str) -> Check {
    Check::of(what, Ok(()), |()| Some(Problem::new(reason, remedy)))
}

fn region(azure: &Azure, living: &Living) -> Option<Check> {
    let plain = |region: &str| region.replace(' ', "").to_lowercase();
    let there = living.region.as_deref()?;
    (plain(there) != plain(&azure.region)).then(|| {
        let reason = format!(
            "it is in {there}, and `backend.azure.region` says {}: nothing moves",
            azure.region
        );
        let remedy = "put it back, name another `backend.azure.resource-group`, or make everything \
                      anew: `harness destroy`, then `harness promote`";
        refusal(
            &format!("resource group {}", azure.resource_group),
            reason,
            remedy,
        )
    })
}

/// Properties that would become something else and cannot.
fn fixed(
    what: &str,
    properties: &[Fixed],
    wanted: &Value,
    living: &Value,
    remedy: &str,
) -> Vec<Check> {
    let changed = properties.iter().filter_map(|(pointer, name)| {
        let wanted = wanted.pointer(pointer)?;
        let living = match living.pointer(pointer) {
            // What Azure leaves out is off.
            None if wanted.is_boolean() => &Value::Bool(false),
            living => living?,
        };
        (!is_same(living, wanted)).then(|| {
            let (was, is) = (plain(living), plain(wanted));
            let reason = format!("{name} cannot change from {was} to {is} once it is made");
            refusal(what, reason, remedy)
        })
    });
    changed.collect()
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// A value as people write it; of an id the name.
fn plain(value: &Value) -> String {
    match value.as_str() {
        Some(id) if id.starts_with('/') => id.rsplit('/').next().unwrap_or(id).to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

/// Major and minor of a version.
pub(super) fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    let mut next = || parts.next()?.parse().ok();
    Some((next()?, next()?))
}

/// Kubernetes goes up, one minor version at a time:
/// <https://learn.microsoft.com/azure/aks/upgrade-aks-cluster>.
fn version(what: &str, azure: &Azure, cluster: &Value) -> Option<Check> {
    let asked = &azure.kubernetes.version;
    let current = |pointer| cluster.pointer(pointer)?.as_str();
    let current = current("/properties/currentKubernetesVersion")
        .or_else(|| current("/properties/kubernetesVersion"))?;
    let (was, is) = (minor(current)?, minor(asked)?);
    if is < was {
        let reason =
            format!("it runs Kubernetes {current}, and a cluster never goes back to {asked}");
        let remedy = format!(
            "say `backend.azure.kubernetes.version: \"{}.{}\"`",
            was.0, was.1
        );
        return Some(refusal(what, reason, &remedy));
    }
    let next = (was.0, was.1 + 1);
    (is > next).then(|| {
        let reason =
            format!("it runs Kubernetes {current}, and {asked} is more than one minor version on");
        let remedy = format!("promote {}.{} first, and then the next", next.0, next.1);
        refusal(what, reason, &remedy)
    })
}

/// A pool may be three minor versions behind its cluster:
/// <https://aka.ms/aks/UpgradeVersionRules>.
fn lagging(azure: &Azure, living: &Living) -> Vec<Check> {
    let Some(asked) = minor(&azure.kubernetes.version) else {
        return Vec::new();
    };
    let old = living.pools().filter_map(|pool| {
        let name = pool["name"].as_str()?;
        let version = pool_version(pool)?;
        let lags = minor(version)? < (asked.0, asked.1.saturating_sub(BEHIND));
        lags.then(|| {
            let asked = &azure.kubernetes.version;
            let reason = format!(
                "it runs Kubernetes {version}, and a cluster of {asked} takes no pool that is more \
                 than three minor versions behind"
            );
            let remedy = "upgrade it first: `az aks nodepool upgrade`";
            refusal(&format!("node pool {name}"), reason, remedy)
        })
    });
    old.collect()
}

/// The version of Kubernetes that a pool runs.
pub(super) fn pool_version(pool: &Value) -> Option<&str> {
    let text = |key: &str| pool.get(key)?.as_str();
    text("currentOrchestratorVersion").or_else(|| text("orchestratorVersion"))
}

/// Each pool is what it was made as, and the system pool is the one that the cluster was made with.
fn pools(wanted: &Wanted<'_>, living: &Living) -> Vec<Check> {
    let name = |pool: &Value| pool["name"].as_str().unwrap_or_default().to_owned();
    let find = |wanted: &str| living.pools().find(|it| name(it) == wanted);
    let mut all = Vec::new();
    if let Some(system) = wanted.system_pool() {
        let (what, is_system) = (format!("node pool {}", name(&system)), |pool: &Value| {
            pool["mode"]
                .as_str()
                .is_some_and(|it| it.eq_ignore_ascii_case("System"))
        });
        match find(&name(&system)) {
            Some(pool) if is_system(pool) => {
                all.extend(fixed(&what, &POOL_FIXED, &system, pool, SAME_SYSTEM_POOL));
            }
            _ => {
                let there = living.pools().filter(|pool| is_system(pool)).map(name);
                let there = there.collect::<Vec<_>>().join(", ");
                let reason = format!(
                    "the profile makes it the system pool, and that of the cluster is `{there}`"
                );
                let remedy = "the system pool is the one called `system`, else the first by name: \
                              keep the one that is there, and give the new one a name that comes \
                              after it";
                all.push(refusal(&what, reason, remedy));
            }
        }
    }
    for (pool, resource) in wanted.all(POOL) {
        let properties = resource.get("properties").unwrap_or(&Value::Null);
        if let Some(living) = find(&pool) {
            let what = format!("node pool {pool}");
            all.extend(fixed(&what, &POOL_FIXED, properties, living, ANOTHER_POOL));
        }
    }
    all
}

/// MySQL goes up, and not where the server is burstable.
fn server_version(what: &str, azure: &Azure, wanted: &Value, server: &Value) -> Option<Check> {
    let version = |server: &Value| {
        let version = server.pointer("/properties/version")?.as_str()?;
        Some((version.to_owned(), minor(version)?))
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

/// The addresses of a subnet that something stands in stay:
/// <https://github.com/hashicorp/terraform-provider-azurerm/issues/7687>.
fn subnets(wanted: &Wanted<'_>, living: &Living) -> Vec<Check> {
    let Some(((name, wanted), network)) = wanted.first(NETWORK).zip(living.network.as_ref()) else {
        return Vec::new();
    };
    let prefix = |network: &Value, subnet: &str| {
        let subnets = network.pointer("/properties/subnets")?.as_array()?;
        let found = subnets.iter().find(|it| it["name"] == subnet)?;
        Some(found["properties"]["addressPrefix"].as_str()?.to_owned())
    };
    let users = [
        ("nodes", living.cluster.is_some(), "the cluster"),
        ("mysql", living.server.is_some(), "the MySQL server"),
    ];
    let used = users.into_iter().filter(|(_, used, _)| *used);
    let changed = used.filter_map(|(subnet, _, user)| {
        let (was, is) = (prefix(network, subnet)?, prefix(&wanted, subnet)?);
        (was != is).then(|| {
            let reason = format!(
                "`backend.azure.network.{subnet}` cannot change from {was} to {is} while {user} \
                 stands in it"
            );
            refusal(&format!("network {name}"), reason, ANEW)
        })
    });
    changed.collect()
}
