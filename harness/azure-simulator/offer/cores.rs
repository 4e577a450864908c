//! How many vCPUs of a region are used, and how many are left.

use std::collections::BTreeSet;

use azure::resource_type;
use serde_json::{Value, json};

use super::super::circumstances::Circumstances;
use super::super::message::Response;
use super::super::pools;
use super::super::state::State;
use super::machines::{MACHINES, machine};

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
    /// Those of a pool, as its cluster shows it.
    pub(in super::super) fn of(pool: &Value) -> Option<Self> {
        Some(Self {
            name: pool["name"].as_str()?.to_owned(),
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

/// All nodes of a region.
fn nodes(state: &State, region: &str) -> Vec<Nodes> {
    let all = state.resources.values();
    let clusters =
        all.filter(|one| one.kind == resource_type::CLUSTER && one.document["location"] == region);
    let pools = clusters.flat_map(|cluster| pools::of(state, cluster));
    pools.filter_map(|pool| Nodes::of(&pool)).collect()
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
pub(super) fn usages(state: &State, circumstances: &Circumstances, region: &str) -> Response {
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
    Response::list(all)
}
