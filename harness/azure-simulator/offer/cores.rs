//! The vCPUs of a region: used, and left of the quota.

use std::collections::BTreeSet;

use azure::resource_type;
use serde_json::{Value, json};

use super::super::circumstances::Circumstances;
use super::super::message::Response;
use super::super::pools;
use super::super::state::State;
use super::machines::{MACHINES, machine};

/// The nodes of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Nodes {
    /// The pool's name.
    pub(in super::super) name: String,
    /// The VM size.
    pub(in super::super) size: String,
    /// The number of nodes.
    pub(in super::super) count: i64,
}

impl Nodes {
    /// Reads a pool in the form that it has in its cluster's document.
    pub(in super::super) fn of(pool: &Value) -> Option<Self> {
        Some(Self {
            name: pool["name"].as_str()?.to_owned(),
            size: pool["vmSize"].as_str()?.to_owned(),
            // Azure's default is one node.
            count: pool["count"].as_i64().unwrap_or(1),
        })
    }

    /// The vCPUs of the nodes: of one VM family, or of all.
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

/// The vCPUs left in a region, and the additional vCPUs that a change from `before` to `wanted`
/// needs. Both count one VM family, or all.
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

/// The usage of each quota.
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
