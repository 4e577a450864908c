//! The nodes of the cluster: whether the subscription may use their sizes in the region, whether
//! the sizes are large enough, and whether the quota suffices for new nodes.

use std::collections::BTreeMap;

use azure::arm::{Cluster, Machine, Pool, Usage};
use model::azure_limits::{MinimumSize, NODE, SYSTEM_NODE};
use model::profile::azure::{Azure, NodePool};

use super::check::{Check, Problem};
use super::question::Answer;

/// New nodes of a pool.
struct New<'a> {
    pool: &'a NodePool,
    /// The number of new nodes.
    count: i64,
    /// Whether it is the system pool.
    system: bool,
}

/// The pools that need new nodes: new pools and growing ones. Existing nodes of a pool count in any
/// state, because the quota already includes their vCPUs.
fn new<'a>(azure: &'a Azure, cluster: Option<&Cluster>) -> Vec<New<'a>> {
    let there = cluster.map(Cluster::pools).unwrap_or_default();
    let pools = azure.kubernetes.pools.iter().enumerate();
    let new = pools.map(|(at, pool)| {
        let is = |it: &&Pool| it.name == pool.name;
        let has = there.iter().find(is).map_or(0, |it| it.count);
        New {
            pool,
            count: i64::from(pool.count) - has,
            system: at == 0,
        }
    });
    new.filter(|it| it.count > 0).collect()
}

/// Checks the new nodes.
pub(super) fn nodes(
    azure: &Azure,
    cluster: Option<&Cluster>,
    machines: &Answer<Vec<Machine>>,
    usages: &Answer<Vec<Usage>>,
) -> Vec<Check> {
    let new = new(azure, cluster);
    let sizes = new.iter().map(|it| size(azure, it, machines));
    let mut checks: Vec<Check> = sizes.collect();
    checks.extend(quotas(azure, &new, machines, usages));
    checks
}

fn found<'a>(machines: &'a [Machine], pool: &NodePool) -> Option<&'a Machine> {
    machines
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(&pool.vm_size))
}

/// The profile key of a pool's size.
fn key(pool: &NodePool) -> String {
    let name = &pool.name;
    format!("`backend.azure.kubernetes.node-pools.{name}.vm-size`")
}

fn size(azure: &Azure, new: &New<'_>, machines: &Answer<Vec<Machine>>) -> Check {
    let (pool, region) = (new.pool, &azure.region);
    let what = format!("size {} of node pool {}", pool.vm_size, pool.name);
    Check::of(
        what,
        machines.as_deref().map_err(Clone::clone),
        |machines| {
            let Some(machine) = found(machines, pool) else {
                return Some(Problem::new(
                    format!("{region} does not have this size"),
                    format!(
                        "choose another {} or region: `az vm list-skus --location {region} \
                        --resource-type virtualMachines --output table` lists the available sizes",
                        key(pool)
                    ),
                ));
            };
            if let Some(reason) = machine.refusal() {
                return Some(Problem::new(
                    format!("the subscription may not use it in {region} ({reason})"),
                    format!(
                        "choose another {} or region, or ask for access with a support request of \
                        the type `Service and subscription limits (quotas)`",
                        key(pool)
                    ),
                ));
            }
            small(machine, new.system).map(|reason| {
                let remedy = format!("choose a larger {}", key(pool));
                Problem::new(reason, remedy)
            })
        },
    )
}

/// Why a machine is too small for a node, if it is. Unknown values count as large enough.
fn small(machine: &Machine, system: bool) -> Option<String> {
    let (cores, memory) = (machine.cores(), machine.memory_gib());
    let has = || {
        let known = |it: Option<String>| it.unwrap_or_else(|| "?".to_owned());
        let cores = known(cores.map(|it| it.to_string()));
        let memory = known(memory.map(|it| it.to_string()));
        format!("it has {cores} vCPUs and {memory} GiB")
    };
    let lacks = |least: MinimumSize| {
        cores.is_some_and(|it| it < i64::from(least.cores))
            || memory.is_some_and(|it| it < least.memory_gib())
    };
    if system && lacks(SYSTEM_NODE) {
        return Some(format!(
            "the system pool needs at least {} vCPUs and {} GiB of memory, but {}",
            SYSTEM_NODE.cores,
            SYSTEM_NODE.memory_gib(),
            has()
        ));
    }
    lacks(NODE).then(|| {
        format!(
            "a node needs at least {} GiB of memory, but {}",
            NODE.memory_gib(),
            has()
        )
    })
}

/// Checks the quotas of the region and of each family against the vCPUs of new nodes.
fn quotas(
    azure: &Azure,
    new: &[New<'_>],
    machines: &Answer<Vec<Machine>>,
    usages: &Answer<Vec<Usage>>,
) -> Vec<Check> {
    if new.is_empty() {
        return Vec::new();
    }
    let whole = format!("core quota in {}", azure.region);
    let known = machines.as_deref().and_then(|machines| {
        let usages = usages.as_deref()?;
        Ok((machines, usages))
    });
    let (machines, usages) = match known {
        Ok(known) => known,
        Err(why) => return vec![Check::unknown(whole, why.clone())],
    };
    // By family in lower case, with the name in the sizes.
    let mut families: BTreeMap<String, (&str, i64)> = BTreeMap::new();
    let mut all = 0;
    for new in new {
        let Some(machine) = found(machines, new.pool) else {
            continue;
        };
        let cores = machine.cores().unwrap_or_default() * new.count;
        all += cores;
        let family = families.entry(machine.family.to_lowercase());
        family.or_insert((&machine.family, 0)).1 += cores;
    }
    if families.is_empty() {
        // No size exists, which another check reports.
        return Vec::new();
    }
    let mut checks = vec![quota(whole, "cores", all, usages)];
    checks.extend(families.into_values().map(|(family, needed)| {
        let what = format!("core quota of {family} in {}", azure.region);
        quota(what, family, needed, usages)
    }));
    checks
}

fn quota(what: String, name: &str, needed: i64, usages: &[Usage]) -> Check {
    let usage = usages
        .iter()
        .find(|it| it.name.value.eq_ignore_ascii_case(name))
        .ok_or_else(|| format!("unknown: Azure lists no quota for {name}"));
    Check::of(what, usage, |usage| {
        let remaining = usage.remaining();
        (remaining < needed).then(|| {
            Problem::new(
                format!(
                    "exceeded: {needed} vCPUs needed, {remaining} of {} left",
                    usage.limit.max(0)
                ),
                "ask for a higher quota in the portal under Quotas, or choose fewer nodes \
                 (`backend.azure.kubernetes.node-pools`), another size or another region",
            )
        })
    })
}

#[cfg(test)]
mod tests;
