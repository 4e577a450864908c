//! Finds changes that Azure refuses because the resource already exists. Otherwise a deployment
//! would fail in the middle of a promotion and leave the rest half done. Pure.

mod cluster;
mod fixed;
mod network;
mod refusal;
mod server;
mod wanted;

use std::collections::BTreeMap;

use self::cluster::of_cluster;
pub(super) use self::cluster::pool_version;
use azure::arm::StackSpec;
use azure::resource_type::{CLUSTER, SERVER};
use model::profile::azure::Azure;
use places::azure::Living;

use self::network::subnets;
use self::refusal::{recreate_or, refusal};
use self::server::of_server;
use self::wanted::Wanted;
use super::Check;

/// All changes that Azure would refuse. `asked` are the tags of the existing stack, which contain
/// what the profile asked for at the last promotion.
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
            "it is in {there}, but `backend.azure.region` is {}; a resource group cannot move",
            azure.region
        );
        let remedy = recreate_or("change it back, choose another `backend.azure.resource-group`, ");
        refusal(
            &format!("resource group {}", azure.resource_group),
            reason,
            remedy,
        )
    })
}

#[cfg(test)]
mod tests;
