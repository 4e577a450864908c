//! What a cluster and its pools of nodes were made as, and which versions of Kubernetes they may go to.

use model::azure_limits::Minor;
use model::profile::azure::Azure;
use places::azure::Living;
use serde_json::Value;

use super::fixed::{Fixed, fixed};
use super::refusal::{ANEW, refusal};
use super::wanted::{POOL, Wanted};
use crate::Check;

/// How many minor versions a pool may be behind its cluster.
const BEHIND: u32 = 3;

/// What helps with a pool.
pub(super) const ANOTHER_POOL: &str =
    "put it back, or name another pool with what you want and leave this one out";
/// What helps with the system pool, which is made with the cluster and goes with it.
const SAME_SYSTEM_POOL: &str = "put it back, and name another pool with what you want besides; or \
                                make everything anew: `harness destroy`, then `harness promote`";

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
/// <https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters/agentpools>.
const POOL_FIXED: [Fixed; 6] = [
    ("/vmSize", "`vm-size`"),
    ("/osDiskSizeGB", "`os-disk`"),
    ("/maxPods", "`max-pods`"),
    ("/vnetSubnetID", "its subnet"),
    ("/osType", "its operating system"),
    ("/osSKU", "its operating system"),
];

/// Of a cluster that lives, and of its pools.
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
    let mut all = fixed(what, &CLUSTER_FIXED, resource, cluster, ANEW);
    all.extend(version(what, azure, cluster));
    all.extend(lagging(azure, living));
    all.extend(pools(wanted, living));
    all
}

/// Kubernetes goes up, one minor version at a time:
/// <https://learn.microsoft.com/azure/aks/upgrade-aks-cluster>.
fn version(what: &str, azure: &Azure, cluster: &Value) -> Option<Check> {
    let asked = &azure.kubernetes.version;
    let current = |pointer| cluster.pointer(pointer)?.as_str();
    let current = current("/properties/currentKubernetesVersion")
        .or_else(|| current("/properties/kubernetesVersion"))?;
    let (was, is) = (Minor::of(current)?, Minor::of(asked)?);
    if is < was {
        let reason =
            format!("it runs Kubernetes {current}, and a cluster never goes back to {asked}");
        let remedy = format!("say `backend.azure.kubernetes.version: \"{was}\"`");
        return Some(refusal(what, reason, &remedy));
    }
    let next = was.next();
    (is > next).then(|| {
        let reason =
            format!("it runs Kubernetes {current}, and {asked} is more than one minor version on");
        let remedy = format!("promote {next} first, and then the next");
        refusal(what, reason, &remedy)
    })
}

/// A pool may be three minor versions behind its cluster:
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
pub(crate) fn pool_version(pool: &Value) -> Option<&str> {
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
