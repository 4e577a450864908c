//! The nodes of the cluster: whether the region has their sizes for the subscription, whether those
//! do, and whether the quota has what has to be new.

use std::collections::BTreeMap;

use azure::arm::{Cluster, Machine, Pool, Usage};
use model::azure_limits::{Least, NODE, SYSTEM_NODE};
use model::profile::azure::{Azure, NodePool};

use super::check::{Check, Problem};
use super::question::Answer;

/// Nodes of one size that have to be made.
struct New<'a> {
    pool: &'a NodePool,
    /// How many.
    count: i64,
    /// Whether the pool is the system's.
    system: bool,
}

/// The pools that need nodes: those that are not there, and those that grow, by what they lack. What
/// a pool has counts in whatever state it is: its vCPUs are a part of what is used of the quota.
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

/// Looks at the nodes that have to be made.
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

/// The key of a pool's size.
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
                    format!("there is no such size in {region}"),
                    format!(
                        "choose another {} or region: `az vm list-skus --location {region} \
                     --resource-type virtualMachines --output table` lists what there is",
                        key(pool)
                    ),
                ));
            };
            if let Some(reason) = machine.refusal() {
                return Some(Problem::new(
                    format!("the subscription may not have it in {region} ({reason})"),
                    format!(
                        "choose another {} or region, or ask for access by a support request of the \
                     kind `Service and subscription limits (quotas)`",
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

/// What a machine lacks for a node, if anything; what is not told is not held against it.
fn small(machine: &Machine, system: bool) -> Option<String> {
    let (cores, memory) = (machine.cores(), machine.memory_gib());
    let has = || {
        let told = |it: Option<String>| it.unwrap_or_else(|| "?".to_owned());
        let cores = told(cores.map(|it| it.to_string()));
        let memory = told(memory.map(|it| it.to_string()));
        format!("it has {cores} vCPUs and {memory} GiB")
    };
    let lacks = |least: Least| {
        cores.is_some_and(|it| it < i64::from(least.cores))
            || memory.is_some_and(|it| it < least.memory_gib())
    };
    if system && lacks(SYSTEM_NODE) {
        return Some(format!(
            "the system's pool takes {} vCPUs and {} GiB of memory at least, and {}",
            SYSTEM_NODE.cores,
            SYSTEM_NODE.memory_gib(),
            has()
        ));
    }
    lacks(NODE).then(|| {
        format!(
            "a node takes {} GiB of memory at least, and {}",
            NODE.memory_gib(),
            has()
        )
    })
}

/// Whether the quotas of the region and of each family have the vCPUs of what has to be made.
fn quotas(
    azure: &Azure,
    new: &[New<'_>],
    machines: &Answer<Vec<Machine>>,
    usages: &Answer<Vec<Usage>>,
) -> Vec<Check> {
    if new.is_empty() {
        return Vec::new();
    }
    let whole = format!("quota of cores in {}", azure.region);
    let known = machines.as_deref().and_then(|machines| {
        let usages = usages.as_deref()?;
        Ok((machines, usages))
    });
    let (machines, usages) = match known {
        Ok(known) => known,
        Err(why) => return vec![Check::unknown(whole, why.clone())],
    };
    // By families in lower case, with the name that the sizes give them.
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
        // None of the sizes is there, which is said already.
        return Vec::new();
    }
    let mut checks = vec![quota(whole, "cores", all, usages)];
    checks.extend(families.into_values().map(|(family, needed)| {
        let what = format!("quota of {family} in {}", azure.region);
        quota(what, family, needed, usages)
    }));
    checks
}

fn quota(what: String, name: &str, needed: i64, usages: &[Usage]) -> Check {
    let usage = usages
        .iter()
        .find(|it| it.name.value.eq_ignore_ascii_case(name))
        .ok_or_else(|| format!("not known: Azure lists no quota of {name}"));
    Check::of(what, usage, |usage| {
        let left = usage.left();
        (left < needed).then(|| {
            Problem::new(
                format!(
                    "{needed} vCPUs are needed, and {left} of {} are left",
                    usage.limit.max(0)
                ),
                "ask for more of it in the portal under Quotas, or take fewer nodes \
                 (`backend.azure.kubernetes.node-pools`), another size, or another region",
            )
        })
    })
}

#[cfg(test)]
mod tests;
