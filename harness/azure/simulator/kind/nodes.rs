//! The machines of a cluster's nodes: whether there are such, whether they do, and whether enough
//! are left.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::offer::{self, MACHINES, Nodes, machine};
use super::super::refusal::Refusal;
use super::{Draft, pool};

/// What the system's own pods need of a node, and what any node needs: vCPUs, and MiB of memory.
/// AKS says "more than", and takes as much:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>.
const SYSTEM: (i64, i64) = (2, 4096);
const USER: i64 = 2048;

/// What AKS says beside each lack of quota.
const MORE: &str = "If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes would also consume vcpu quota, please consider use smaller maxSurge or use maxUnavailable to proceed upgrade without surge nodes, details: aka.ms/aks/maxUnavailable.";

/// Refuses a cluster whose nodes cannot be.
pub(super) fn of_cluster(draft: &Draft<'_>) -> Result<(), Refusal> {
    let given = draft.body.pointer("/properties/agentPoolProfiles");
    let given = given.and_then(Value::as_array).into_iter().flatten();
    let there = draft.before().map(|cluster| pool::of(draft.state, cluster));
    let there = there.unwrap_or_default();
    let changes: Vec<Change> = given
        .map(|wanted| {
            let mut there = there.iter();
            let before = there.find(|one| one["name"] == wanted["name"]).cloned();
            Change::new(before, wanted)
        })
        .collect();
    check(draft, draft.body, &changes)
}

/// Refuses a pool of a cluster whose nodes cannot be.
pub(super) fn of_pool(draft: &Draft<'_>) -> Result<(), Refusal> {
    let cluster = draft.id.parent();
    let cluster = cluster.and_then(|id| draft.state.resources.get(&id.key()));
    let mut wanted = draft.body["properties"].clone();
    wanted["name"] = json!(draft.id.name());
    let change = Change::new(draft.before().map(pool::profile), &wanted);
    let document = cluster.map_or(&Value::Null, |cluster| &cluster.document);
    check(draft, document, &[change])
}

/// A pool that is wanted, and what it is now if it is there.
struct Change {
    before: Option<Value>,
    wanted: Value,
}

impl Change {
    /// What is not said of a pool that is there stays.
    fn new(before: Option<Value>, wanted: &Value) -> Self {
        let mut whole = before.clone().unwrap_or_else(|| json!({}));
        pool::merge(&mut whole, wanted);
        Self {
            before,
            wanted: whole,
        }
    }
}

fn check(draft: &Draft<'_>, cluster: &Value, changes: &[Change]) -> Result<(), Refusal> {
    let region = cluster["location"].as_str().unwrap_or_default();
    let region = region.replace(' ', "").to_lowercase();
    let wanted = || changes.iter().filter_map(|it| Nodes::of(&it.wanted));
    for (change, pool) in changes.iter().zip(wanted()) {
        let system = pool::is_system(&change.wanted);
        size(draft, &region, &pool, system, change.before.is_some())?;
    }
    let before = changes.iter().filter_map(|it| it.before.as_ref());
    let before: Vec<Nodes> = before.filter_map(Nodes::of).collect();
    quota(draft, &region, &wanted().collect::<Vec<_>>(), &before)
}

fn size(
    draft: &Draft<'_>,
    region: &str,
    pool: &Nodes,
    system: bool,
    there: bool,
) -> Result<(), Refusal> {
    let Some(machine) = machine(&pool.size) else {
        let size = pool.size.to_lowercase();
        let message =
            format!("Virtual Machine size: '{size}' is not supported in location '{region}'.");
        return Err(Refusal::bad("VMSizeNotSupported", message));
    };
    let sizes = draft.circumstances.sizes;
    if !there && !machine.is_allowed(sizes) {
        let allowed = MACHINES.iter().filter(|it| it.is_allowed(sizes));
        let allowed: Vec<&str> = allowed.map(|it| it.name).collect();
        return Err(size_not_allowed(machine.name, region, &allowed));
    }
    if system && (machine.cores < SYSTEM.0 || machine.memory < SYSTEM.1) {
        let message = format!(
            "System node pool must use VM sku with more than 2 cores and 4GB memory. Nodepool name: {}.",
            pool.name
        );
        return Err(Refusal::bad("SystemPoolSkuTooLow", message));
    }
    if machine.memory < USER {
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

/// What AKS says where the region's quota does not do.
pub(in super::super) fn no_regional_quota(region: &str, left: i64, wanted: i64) -> Refusal {
    let left = left.max(0);
    let message = format!(
        "Insufficient regional vcpu quota left for location {region}. left regional vcpu quota {left}, requested quota {wanted}. {MORE}"
    );
    Refusal::bad("ErrCode_InsufficientVCPUQuota", message).of_aks()
}

/// What AKS says of a size that others may have.
pub(in super::super) fn size_not_allowed(size: &str, region: &str, allowed: &[&str]) -> Refusal {
    let allowed = allowed.join(",").to_lowercase();
    let message = format!(
        "The VM size of {size} is not allowed in your subscription in location '{region}'. The available VM sizes are '{allowed}'. For more details, please visit https://aka.ms/aks/quotas-skus-regions"
    );
    Refusal::bad("BadRequest", message).of_aks()
}
