//! Checks of the addresses of a network in Azure.

use serde_saphyr::Spanned;

use super::check::azure;
use super::{Azure, Cidr, NodePool, model};
use crate::azure_limits::{
    PODS, RESERVED_PER_SUBNET, SERVICES_SIZE, SMALLEST_SUBNET, reserved_by_aks,
};
use crate::document::Error;
use crate::profile::layer::Layers;
use crate::profile::model::Profile;

/// Checks the network of resolved settings. An error points to the layer that set the key last.
pub(super) fn check(layers: &Layers, azure: &Azure) -> Result<(), Error> {
    let network = azure.network;
    let (space, nodes, mysql) = (network.address_space, network.nodes, network.mysql);
    let services = network.services;
    for (key, subnet, find) in [
        ("nodes", nodes, self::nodes as Find),
        ("mysql", mysql, self::mysql),
    ] {
        if !space.contains(subnet) {
            let message = format!("subnet `{key}` ({subnet}) is not in `address-space` ({space})");
            return Err(layers.error_at(find, &message));
        }
        if subnet.bits > SMALLEST_SUBNET {
            let message = format!(
                "subnet `{key}` ({subnet}) is too small: the smallest subnet in Azure is \
                 /{SMALLEST_SUBNET}"
            );
            return Err(layers.error_at(find, &message));
        }
    }
    if nodes.overlaps(mysql) {
        let message = format!(
            "subnets `nodes` ({nodes}) and `mysql` ({mysql}) overlap; the subnet of MySQL is \
             delegated to MySQL and must not contain anything else"
        );
        return Err(layers.error_at(self::nodes_or_mysql, &message));
    }
    if services.overlaps(space) {
        let message = format!(
            "`services` ({services}) overlaps `address-space` ({space}): the cluster could not \
             reach the network at these addresses"
        );
        return Err(layers.error_at(self::services, &message));
    }
    if !SERVICES_SIZE.contains(&services.bits) {
        let message = format!(
            "`services` ({services}) has the wrong size: AKS allows /{} to /{} for the services \
             of a cluster",
            SERVICES_SIZE.start(),
            SERVICES_SIZE.end()
        );
        return Err(layers.error_at(self::services, &message));
    }
    for (key, range, find) in [
        ("services", services, self::services as Find),
        ("address-space", space, self::space),
    ] {
        if range.overlaps(PODS) {
            let message = format!("`{key}` ({range}) overlaps {PODS}, which AKS uses for pods");
            return Err(layers.error_at(find, &message));
        }
        if let Some(kept) = reserved_by_aks(range) {
            let message = format!("`{key}` ({range}) overlaps {kept}, which AKS reserves");
            return Err(layers.error_at(find, &message));
        }
    }
    room(layers, azure)
}

/// Checks that the subnet has an address for each node. An upgrade needs one more node in each
/// pool.
fn room(layers: &Layers, azure: &Azure) -> Result<(), Error> {
    let surge = |pool: &NodePool| u64::from(pool.count) + 1;
    let wanted: u64 = azure.kubernetes.pools.iter().map(surge).sum();
    let nodes = azure.network.nodes;
    let room = nodes.addresses() - RESERVED_PER_SUBNET;
    if wanted <= room {
        return Ok(());
    }
    let message = format!(
        "subnet `nodes` ({nodes}) has room for {room} nodes, but the pools need {wanted}: their \
         nodes, and one more per pool during an upgrade"
    );
    Err(layers.error_at(self::nodes, &message))
}

/// Finds a range in the network settings of a profile.
type Find = fn(&Profile) -> Option<&Spanned<Cidr>>;

fn network(profile: &Profile) -> Option<&model::Network> {
    azure(profile)?.network.as_ref()
}

fn space(profile: &Profile) -> Option<&Spanned<Cidr>> {
    network(profile)?.address_space.as_ref()
}

fn nodes(profile: &Profile) -> Option<&Spanned<Cidr>> {
    let network = network(profile)?;
    network.nodes.as_ref().or(network.address_space.as_ref())
}

fn mysql(profile: &Profile) -> Option<&Spanned<Cidr>> {
    let network = network(profile)?;
    network.mysql.as_ref().or(network.address_space.as_ref())
}

fn nodes_or_mysql(profile: &Profile) -> Option<&Spanned<Cidr>> {
    let network = network(profile)?;
    network.mysql.as_ref().or(network.nodes.as_ref())
}

fn services(profile: &Profile) -> Option<&Spanned<Cidr>> {
    let network = network(profile)?;
    let space = network.address_space.as_ref();
    network.services.as_ref().or(space)
}
