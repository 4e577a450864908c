//! How many vCPUs of a region are used, and how many are left.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::circumstances::Circumstances;
use super::super::cloud::Cloud;
use super::super::message::Response;
use super::super::state::{Resource, State};
use super::machines::{MACHINES, machine};

const CLUSTERS: &str = "Microsoft.ContainerService/managedClusters";
const POOLS: &str = "Microsoft.ContainerService/managedClusters/agentPools";

/// A pool of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Nodes {
    /// Its name.
    pub(in super::super) name: String,
    /// The size of each.
    pub(in super::super) size: String,
    /// How many.
    pub(in super::super) count: i64,
}

impl Nodes {
    fn of(name: &Value, pool: &Value) -> Option<Self> {
        Some(Self {
            name: name.as_str()?.to_owned(),
            size: pool["vmSize"].as_str()?.to_owned(),
            // Azure makes one where nothing is said.
            count: pool["count"].as_i64().unwrap_or(1),
        })
    }

    /// How many vCPUs they have, of one family or of all.
    fn cores(&self, family: Option<&str>) -> i64 {
        let machine = machine(&self.size);
        let machine = machine.filter(|it| family.is_none_or(|family| it.family == family));
        machine.map_or(0, |it| it.cores * self.count)
    }
}

/// The pools that a cluster's document has.
pub(in super::super) fn nodes_of(document: &Value) -> Vec<Nodes> {
    let pools = document.pointer("/properties/agentPoolProfiles");
    let pools = pools.and_then(Value::as_array).into_iter().flatten();
    pools
        .filter_map(|pool| Nodes::of(&pool["name"], pool))
        .collect()
}

/// All nodes of a region: those in clusters' documents, and pools that are resources of their own.
fn nodes(state: &State, region: &str) -> Vec<Nodes> {
    let mut all = Vec::new();
    let clusters = state
        .resources
        .iter()
        .filter(|(_, one)| one.kind == CLUSTERS && one.document["location"] == json!(region));
    for (key, cluster) in clusters {
        let within = nodes_of(&cluster.document);
        let known: BTreeSet<String> = within.iter().map(|it| it.name.clone()).collect();
        let prefix = format!("{key}/");
        let below = state.resources.range(prefix.clone()..);
        let below = below.take_while(|(key, _)| key.starts_with(&prefix));
        let own = |pool: &Resource| {
            let pool = (pool.kind == POOLS).then_some(&pool.document)?;
            Nodes::of(&pool["name"], &pool["properties"])
        };
        let below = below.filter_map(|(_, pool)| own(pool));
        all.extend(below.filter(|pool| !known.contains(&pool.name)));
        all.extend(within);
    }
    all
}

/// How many vCPUs are left in a region for what is wanted in the place of what was there: of all,
/// or of one family. What is wanted is the second number.
pub(in super::super) fn left(
    state: &State,
    circumstances: &Circumstances,
    region: &str,
    family: Option<&str>,
    (wanted, before): (&[Nodes], &[Nodes]),
) -> (i64, i64) {
    let sum = |nodes: &[Nodes]| -> i64 { nodes.iter().map(|it| it.cores(family)).sum() };
    let limit = match family {
        None => circumstances.regional_cores,
        Some(_) => circumstances.family_cores,
    };
    let left = limit - sum(&nodes(state, region));
    (left, sum(wanted) - sum(before))
}

/// What is used of each quota.
pub(in super::super) fn usages(
    state: &State,
    circumstances: &Circumstances,
    region: &str,
) -> Response {
    let nodes = nodes(state, region);
    let used = |family: Option<&str>| -> i64 { nodes.iter().map(|it| it.cores(family)).sum() };
    let usage = |name: &str, text: String, used: i64, limit: i64| {
        json!({
            "unit": "Count",
            "currentValue": used,
            "limit": limit,
            "name": {"value": name, "localizedValue": text},
        })
    };
    let whole = "Total Regional vCPUs".to_owned();
    let mut all = vec![usage(
        "cores",
        whole,
        used(None),
        circumstances.regional_cores,
    )];
    let families: BTreeSet<&str> = MACHINES.iter().map(|it| it.family).collect();
    all.extend(families.into_iter().map(|family| {
        let text = format!("{family} vCPUs");
        usage(family, text, used(Some(family)), circumstances.family_cores)
    }));
    Cloud::list(all)
}
