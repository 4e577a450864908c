//! Resolved Azure settings in the form of a file, with every value.

use super::{Azure, Expose, Exposure, Kubernetes, Mysql, Network, NodePool, Registry};
use crate::profile::node::{Node, leaf, map};

/// The value of `backend.azure`.
pub(in crate::profile) fn full(azure: &Azure) -> Node {
    let Azure {
        region,
        subscription,
        resource_group,
        tags,
        time_to_live,
        budget,
        kubernetes,
        mysql,
        registry: Registry { sku },
        network,
        expose: Expose { web, starter },
    } = azure;
    map([
        ("region", leaf(region)),
        ("subscription", leaf(subscription)),
        ("resource-group", leaf(resource_group)),
        ("tags", Node::of(tags)),
        ("time-to-live", leaf(time_to_live)),
        ("budget", leaf(budget)),
        ("kubernetes", self::kubernetes(kubernetes)),
        ("mysql", self::mysql(mysql)),
        ("registry", map([("sku", leaf(sku))])),
        ("network", self::network(network)),
        (
            "expose",
            map([("web", exposure(web)), ("starter", exposure(starter))]),
        ),
    ])
}

fn kubernetes(kubernetes: &Kubernetes) -> Node {
    let Kubernetes {
        version,
        tier,
        pools,
        authorized_ip_ranges,
        private,
    } = kubernetes;
    let pools = pools
        .iter()
        .map(|pool| (pool.name.clone(), self::pool(pool)))
        .collect();
    map([
        ("version", leaf(version)),
        ("tier", leaf(tier)),
        ("node-pools", Node::Map(pools)),
        ("authorized-ip-ranges", leaf(authorized_ip_ranges)),
        ("private", leaf(private)),
    ])
}

fn pool(pool: &NodePool) -> Node {
    let NodePool {
        name: _,
        vm_size,
        count,
        os_disk_gib,
        max_pods,
    } = pool;
    map([
        ("vm-size", leaf(vm_size)),
        ("count", leaf(count)),
        ("os-disk", leaf(os_disk_gib)),
        ("max-pods", leaf(max_pods)),
    ])
}

fn mysql(mysql: &Mysql) -> Node {
    let Mysql {
        sku,
        storage_gib,
        auto_grow,
        high_availability,
        backup_retention_days,
        geo_redundant_backup,
        administrator,
    } = mysql;
    map([
        ("sku", leaf(sku)),
        ("storage", leaf(storage_gib)),
        ("auto-grow", leaf(auto_grow)),
        ("high-availability", leaf(high_availability)),
        ("backup-retention-days", leaf(backup_retention_days)),
        ("geo-redundant-backup", leaf(geo_redundant_backup)),
        ("administrator", leaf(administrator)),
    ])
}

fn network(network: &Network) -> Node {
    let Network {
        address_space,
        nodes,
        mysql,
        services,
    } = network;
    map([
        ("address-space", leaf(address_space)),
        ("nodes", leaf(nodes)),
        ("mysql", leaf(mysql)),
        ("services", leaf(services)),
    ])
}

fn exposure(exposure: &Exposure) -> Node {
    match exposure {
        Exposure::ClusterIp => leaf("cluster-ip"),
        Exposure::Internal => leaf("internal"),
        Exposure::Public(allow) => map([("public", map([("allow", leaf(allow))]))]),
    }
}
