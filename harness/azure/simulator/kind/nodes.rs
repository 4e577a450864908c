//! The machines of a cluster's nodes: whether there are such, whether they do, and whether enough
//! are left.

use std::collections::BTreeSet;

use super::super::offer::{self, MACHINES, Nodes, machine};
use super::super::refusal::Refusal;
use super::Draft;

/// What the system's own pods need of a node, and what any node needs: vCPUs, and MiB of memory.
/// AKS says "more than", and takes as much:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>.
const SYSTEM: (i64, i64) = (2, 4096);
const USER: i64 = 2048;

/// What AKS says beside each lack of quota.
const MORE: &str = "If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes would also consume vcpu quota, please consider use smaller maxSurge or use maxUnavailable to proceed upgrade without surge nodes, details: aka.ms/aks/maxUnavailable.";

/// Refuses a cluster whose nodes cannot be.
pub(super) fn check(draft: &Draft<'_>) -> Result<(), Refusal> {
    let region = draft.text("/location").unwrap_or_default();
    let region = region.replace(' ', "").to_lowercase();
    let wanted = offer::nodes_of(draft.body);
    let before = draft.before().map(|it| offer::nodes_of(&it.document));
    let before = before.unwrap_or_default();
    for (at, pool) in wanted.iter().enumerate() {
        let mode = draft.text(&format!("/properties/agentPoolProfiles/{at}/mode"));
        let there = before.iter().any(|it| it.name == pool.name);
        size(draft, &region, pool, mode == Some("System"), there)?;
    }
    quota(draft, &region, &wanted, &before)
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
