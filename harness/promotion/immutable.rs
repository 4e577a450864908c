//! What Azure refuses to change once it is made, told before anything is asked for: it would else be
//! told in the middle of a promotion, by a deployment that fails and leaves the rest half done. Pure.

mod cluster;
mod fixed;
mod network;
mod refusal;
mod server;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::BTreeMap;

use self::cluster::of_cluster;
pub(super) use self::cluster::pool_version;
use azure::arm::StackSpec;
use model::profile::azure::Azure;
use places::azure::Living;

use self::network::subnets;
use self::refusal::refusal;
use self::server::of_server;
use self::wanted::{CLUSTER, SERVER, Wanted};
use super::Check;

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
