//! Properties of a cluster and its node pools that cannot change, and allowed Kubernetes upgrades.

use azure::resource_type::POOL;
use base::hint::Hint;
use model::azure_limits::Minor;
use model::profile::azure::Azure;
use places::azure::Living;
use serde_json::Value;

use super::fixed::{Fixed, fixed};
use super::refusal::{recreate, recreate_or, refusal};
use super::wanted::Wanted;
use crate::Check;

/// The number of minor versions that a pool may be behind its cluster.
const BEHIND: u32 = 3;

pub(super) const ANOTHER_POOL: &str =
    "change it back, or add a pool with another name and these properties, and remove this one";

/// The system pool is created and deleted with the cluster.
fn same_system_pool() -> Hint {
    recreate_or("change it back and add another pool with these properties, ")
}

/// Sources: <https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters>,
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

/// Sources: <https://github.com/pulumi/pulumi-azure-native/issues/959> (`vmSize`),
/// <https://github.com/Azure/AKS/issues/695> (`vnetSubnetID`),
/// <https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters/agentpools>.
const POOL_FIXED: [Fixed; 6] = [
    ("/vmSize", "`vm-size`"),
    ("/osDiskSizeGB", "`os-disk`"),
    ("/maxPods", "`max-pods`"),
    ("/vnetSubnetID", "its subnet"),
    ("/osType", "its operating system"),
    ("/osSKU", "its operating system"),
];

/// The refused changes of an existing cluster and its pools.
pub(super) fn of_cluster(
    what: &str,
    azure: &Azure,
    wanted: &Wanted<'_>,
    resource: &Value,
    living: &Living,
) -> Vec<Check> {
    let Some(cluster) = &living.cluster else {
        return Vec::new();
    };
    let mut all = fixed(what, &CLUSTER_FIXED, resource, cluster, &recreate());
    all.extend(version(what, azure, cluster));
    all.extend(lagging(azure, living));
    all.extend(pools(wanted, living));
    all
}

/// Kubernetes can only be upgraded, one minor version at a time:
/// <https://learn.microsoft.com/azure/aks/upgrade-aks-cluster>.
fn version(what: &str, azure: &Azure, cluster: &Value) -> Option<Check> {
    let asked = &azure.kubernetes.version;
    let current = |pointer| cluster.pointer(pointer)?.as_str();
    let current = current("/properties/currentKubernetesVersion")
        .or_else(|| current("/properties/kubernetesVersion"))?;
    let (was, is) = (Minor::of(current)?, Minor::of(asked)?);
    if is < was {
        let reason = format!("it runs Kubernetes {current} and cannot be downgraded to {asked}");
        let remedy = format!("set `backend.azure.kubernetes.version: \"{was}\"`");
        return Some(refusal(what, reason, remedy));
    }
    let next = was.next();
    (is > next).then(|| {
        let reason = format!(
            "it runs Kubernetes {current}, and {asked} is more than one minor version ahead"
        );
        let remedy = format!("promote {next} first, then one minor version at a time");
        refusal(what, reason, remedy)
    })
}

/// A pool may be at most three minor versions behind its cluster:
/// <https://aka.ms/aks/UpgradeVersionRules>.
fn lagging(azure: &Azure, living: &Living) -> Vec<Check> {
    let Some(asked) = Minor::of(&azure.kubernetes.version) else {
        return Vec::new();
    };
    let old = living.pools().filter_map(|pool| {
        let name = pool["name"].as_str()?;
        let version = pool_version(pool)?;
        let lags = Minor::of(version)? < asked.before(BEHIND);
        lags.then(|| {
            let asked = &azure.kubernetes.version;
            let reason = format!(
                "it runs Kubernetes {version}, but a pool must be at most three minor versions \
                 behind a cluster of {asked}"
            );
            let remedy = "upgrade it first with `az aks nodepool upgrade`";
            refusal(&format!("node pool {name}"), reason, remedy)
        })
    });
    old.collect()
}

/// The Kubernetes version of a pool.
pub(crate) fn pool_version(pool: &Value) -> Option<&str> {
    let text = |key: &str| pool.get(key)?.as_str();
    text("currentOrchestratorVersion").or_else(|| text("orchestratorVersion"))
}

/// The fixed properties of pools, and the system pool, which the cluster was created with.
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
                all.extend(fixed(
                    &what,
                    &POOL_FIXED,
                    &system,
                    pool,
                    &same_system_pool(),
                ));
            }
            _ => {
                let there = living.pools().filter(|pool| is_system(pool)).map(name);
                let there = there.collect::<Vec<_>>().join(", ");
                let reason = format!(
                    "the profile makes it the system pool, but the cluster's system pool is `{there}`"
                );
                let remedy = "keep the existing system pool, and give the new pool a name that sorts \
                              after it: the system pool is the one named `system`, else the first \
                              by name";
                all.push(refusal(&what, reason, remedy));
            }
        }
    }
    for (pool, resource) in wanted.all(POOL) {
        let properties = resource.get("properties").unwrap_or(&Value::Null);
        if let Some(living) = find(&pool) {
            let what = format!("node pool {pool}");
            all.extend(fixed(
                &what,
                &POOL_FIXED,
                properties,
                living,
                &ANOTHER_POOL.into(),
            ));
        }
    }
    all
}
