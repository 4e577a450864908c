//! The machines of a cluster's nodes: whether the size exists, whether AKS accepts it, and whether
//! the quota suffices.

use std::collections::BTreeSet;

use model::azure_limits::{MinimumSize, NODE, SYSTEM_NODE};
use serde_json::{Value, json};

use super::super::offer::{self, MACHINES, Nodes, machine};
use super::super::pools;
use super::super::refusal::Refusal;
use super::draft::Draft;

/// The text that AKS adds to each refusal for lack of quota.
const MORE: &str = "If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes would also consume vcpu quota, please consider use smaller maxSurge or use maxUnavailable to proceed upgrade without surge nodes, details: aka.ms/aks/maxUnavailable.";

/// Refuses a cluster whose nodes cannot be created.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    let region = draft.text("/location").unwrap_or_default();
    let region = region.replace(' ', "").to_lowercase();
    let before = draft.before().map(|it| pools::of(draft.state, it));
    let before = before.unwrap_or_default();
    let wanted = draft.body.pointer("/properties/agentPoolProfiles");
    let wanted = wanted.and_then(Value::as_array).into_iter().flatten();
    let named = |it: &Value| before.iter().find(|one| one["name"] == it["name"]);
    let wanted: Vec<Value> = wanted.map(|it| pools::completed(named(it), it)).collect();
    // Pools that the request leaves out stay unchanged.
    let existing = before
        .into_iter()
        .filter(|it| wanted.iter().any(|one| one["name"] == it["name"]));
    check(draft, &region, &wanted, &existing.collect::<Vec<_>>())
}

/// Refuses a pool whose nodes cannot be created.
pub(super) fn of_pool(draft: &Draft<'_>) -> Result<(), Refusal> {
    let cluster = draft.id.parent().map(|id| id.key()).unwrap_or_default();
    let Some(cluster) = draft.state.resources.get(&cluster) else {
        return Ok(());
    };
    let region = cluster.document["location"].as_str().unwrap_or_default();
    let name = draft.id.name();
    let mut before = pools::of(draft.state, cluster);
    before.retain(|it| it["name"] == name);
    let mut wanted = draft.body["properties"].clone();
    wanted["name"] = json!(name);
    let wanted = pools::completed(before.first(), &wanted);
    check(draft, region, &[wanted], &before)
}

fn check(
    draft: &Draft<'_>,
    region: &str,
    wanted: &[Value],
    before: &[Value],
) -> Result<(), Refusal> {
    let nodes = |pools: &[Value]| -> Vec<Nodes> { pools.iter().filter_map(Nodes::of).collect() };
    for pool in wanted {
        let system = pools::is_system(pool);
        let Some(wanted) = Nodes::of(pool) else {
            continue;
        };
        let existing = before.iter().find(|it| it["name"] == pool["name"]);
        let existing = existing.and_then(Nodes::of).map_or(0, |it| it.count);
        size(draft, region, &wanted, system, wanted.count > existing)?;
    }
    quota(draft, region, &nodes(wanted), &nodes(before))
}

fn size(
    draft: &Draft<'_>,
    region: &str,
    pool: &Nodes,
    system: bool,
    grows: bool,
) -> Result<(), Refusal> {
    let Some(machine) = machine(&pool.size) else {
        let size = pool.size.to_lowercase();
        let message =
            format!("Virtual Machine size: '{size}' is not supported in location '{region}'.");
        return Err(Refusal::bad("VMSizeNotSupported", message));
    };
    let sizes = draft.circumstances.sizes;
    // Existing nodes of a size that is not allowed stay, but their number cannot grow.
    if grows && !machine.is_allowed(sizes) {
        let allowed = MACHINES.iter().filter(|it| it.is_allowed(sizes));
        let allowed: Vec<&str> = allowed.map(|it| it.name).collect();
        return Err(size_not_allowed(machine.name, region, &allowed));
    }
    let is_below = |least: MinimumSize| {
        machine.cores < i64::from(least.cores) || machine.memory < i64::from(least.memory_mib)
    };
    if system && is_below(SYSTEM_NODE) {
        let message = format!(
            "System node pool must use VM sku with more than 2 cores and 4GB memory. Nodepool name: {}.",
            pool.name
        );
        return Err(Refusal::bad("SystemPoolSkuTooLow", message));
    }
    if is_below(NODE) {
        let message = format!(
            "The VM size of {} is restricted by AKS: a node needs at least 2 GB of memory. Nodepool name: {}.",
            machine.name, pool.name
        );
        return Err(Refusal::bad("VMSizeRestrictedByAKS", message));
    }
    Ok(())
}

fn quota(
    draft: &Draft<'_>,
    region: &str,
    wanted: &[Nodes],
    before: &[Nodes],
) -> Result<(), Refusal> {
    let left = |family: Option<&str>| {
        let both = (wanted, before);
        offer::left(draft.state, draft.circumstances, region, family, both)
    };
    let (rest, more) = left(None);
    if more > rest.max(0) {
        return Err(no_regional_quota(region, rest, more));
    }
    let families = wanted.iter().filter_map(|pool| machine(&pool.size));
    let families: BTreeSet<&str> = families.map(|it| it.family).collect();
    for family in families {
        let (rest, more) = left(Some(family));
        if more > rest.max(0) {
            let rest = rest.max(0);
            let message = format!(
                "Insufficient vcpu quota requested {more}, remaining {rest} for family {family} for region {region}. {MORE}"
            );
            return Err(Refusal::bad("ErrCode_InsufficientVCPUQuota", message));
        }
    }
    Ok(())
}

/// AKS's refusal when the region's quota is exceeded.
pub(in super::super) fn no_regional_quota(region: &str, left: i64, wanted: i64) -> Refusal {
    let left = left.max(0);
    let message = format!(
        "Insufficient regional vcpu quota left for location {region}. left regional vcpu quota {left}, requested quota {wanted}. {MORE}"
    );
    Refusal::bad("ErrCode_InsufficientVCPUQuota", message).of_aks()
}

/// AKS's refusal of a size that the subscription cannot use.
pub(in super::super) fn size_not_allowed(size: &str, region: &str, allowed: &[&str]) -> Refusal {
    let allowed = allowed.join(",").to_lowercase();
    let message = format!(
        "The VM size of {size} is not allowed in your subscription in location '{region}'. The available VM sizes are '{allowed}'. For more details, please visit https://aka.ms/aks/quotas-skus-regions"
    );
    Refusal::bad("BadRequest", message).of_aks()
}
