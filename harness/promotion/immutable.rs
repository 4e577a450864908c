//! What Azure refuses to change once it is made, told before anything is asked for: it would else be
//! told in the middle of a promotion, by a deployment that fails and leaves the rest half done. Pure.

mod cluster;
mod fixed;
mod network;
mod server;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use self::cluster::of_cluster;
pub(super) use self::cluster::pool_version;
use self::network::subnets;
use self::server::of_server;
use super::{Check, Problem};
use crate::azure::arm::StackSpec;
use crate::backend::azure::Living;
use crate::profile::azure::Azure;

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
const SERVER: &str = "Microsoft.DBforMySQL/flexibleServers";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";

/// What helps where nothing but a new one does.
const ANEW: &str =
    "put it back, or make everything anew: `harness destroy`, then `harness promote`";
/// Everything that Azure would refuse to change; nothing if it would take all of it. `asked` are the
/// tags of the stack that lives, by which what the profile asked for then is known.
pub(super) fn refused(
    azure: &Azure,
    spec: &StackSpec,
    living: &Living,
    asked: Option<&BTreeMap<String, String>>,
) -> Vec<Check> {
    let wanted = Wanted(spec);
    let mut all = Vec::new();
    all.extend(region(azure, living));
    if let Some((name, cluster)) = wanted.first(CLUSTER) {
        let what = format!("cluster {name}");
        all.extend(of_cluster(&what, azure, &wanted, &cluster, living));
    }
    if let Some((name, server)) = wanted.first(SERVER) {
        let what = format!("MySQL server {name}");
        all.extend(of_server(&what, azure, &server, living, asked));
    }
    all.extend(subnets(&wanted, living));
    all
}

/// The resources as a template wants them.
struct Wanted<'a>(&'a StackSpec);

impl Wanted<'_> {
    fn all(&self, kind: &str) -> impl Iterator<Item = (String, Value)> {
        let resources = self.0.properties.template["resources"].as_array();
        let of_kind = resources.into_iter().flatten();
        of_kind.filter(move |it| it["type"] == kind).map(|it| {
            let name = it["name"].as_str().unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default();
            (name.to_owned(), it.clone())
        })
    }

    fn first(&self, kind: &str) -> Option<(String, Value)> {
        self.all(kind).next()
    }

    /// The system pool, which is a part of the cluster.
    fn system_pool(&self) -> Option<Value> {
        let (_, cluster) = self.first(CLUSTER)?;
        cluster.pointer("/properties/agentPoolProfiles/0").cloned()
    }
}

fn refusal(what: &str, reason: String, remedy: &str) -> Check {
    Check::of(what, Ok(()), |()| Some(Problem::new(reason, remedy)))
}

fn region(azure: &Azure, living: &Living) -> Option<Check> {
    let plain = |region: &str| region.replace(' ', "").to_lowercase();
    let there = living.region.as_deref()?;
    (plain(there) != plain(&azure.region)).then(|| {
        let reason = format!(
            "it is in {there}, and `backend.azure.region` says {}: nothing moves",
            azure.region
        );
        let remedy = "put it back, name another `backend.azure.resource-group`, or make everything \
                      anew: `harness destroy`, then `harness promote`";
        refusal(
            &format!("resource group {}", azure.resource_group),
            reason,
            remedy,
        )
    })
}
