//! Resolves Azure settings. The defaults are for a small topology at the lowest cost that Azure
//! allows.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::scalar::PoolName;
use super::{
    Azure, Cidr, Expose, Exposure, Kubernetes, Mysql, Network, NodePool, Registry, model, network,
};
use crate::document::Error;
use crate::profile::Name;
use crate::profile::layer::Layers;
use crate::quantity::Whole;

/// As of 2026-11, the oldest version with more than a few weeks of support left. Azure supports it
/// until 2027-03.
const KUBERNETES: &str = "1.35";

/// The name of the system pool, which comes first. It is the only pool by default.
const SYSTEM_POOL: &str = "system";
const VM_SIZE: &str = "Standard_D2s_v5";
const NODES: u16 = 2;
/// The size of a P4 disk, the cheapest class of managed disk.
const OS_DISK_GIB: u16 = 32;
const MAX_PODS: u16 = 110;

const MYSQL_SKU: &str = "Standard_B2s";
const MYSQL_STORAGE_GIB: u32 = 20;
const BACKUP_RETENTION_DAYS: u16 = 7;
const ADMINISTRATOR: &str = "temporal";

const ADDRESS_SPACE: Cidr = Cidr::new([10, 240, 0, 0], 16);
const NODES_SUBNET: Cidr = Cidr::new([10, 240, 0, 0], 22);
const MYSQL_SUBNET: Cidr = Cidr::new([10, 240, 4, 0], 28);
/// The default of Azure.
const SERVICES: Cidr = Cidr::new([10, 0, 0, 0], 16);

/// Resolves the merged settings of the profile `name`.
pub(in crate::profile) fn resolve(
    layers: &Layers,
    name: &Name,
    written: model::Azure,
) -> Result<Azure, Error> {
    let model::Azure {
        region,
        subscription,
        resource_group,
        tags,
        time_to_live,
        budget,
        kubernetes,
        mysql,
        registry,
        network,
        expose,
    } = written;
    let azure = Azure {
        region: layers.require(region, "backend.azure.region")?.to_string(),
        subscription: subscription.map(|id| id.to_string()),
        resource_group: resource_group.map_or_else(
            || format!("harness-{name}"),
            |group| group.value.to_string(),
        ),
        tags: tags
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        time_to_live: time_to_live.map(|time| time.value),
        budget: budget.map(Whole::get),
        kubernetes: self::kubernetes(kubernetes.unwrap_or_default()),
        mysql: self::mysql(mysql.unwrap_or_default()),
        registry: self::registry(&registry.unwrap_or_default()),
        network: self::network(network.unwrap_or_default()),
        expose: self::expose(layers, expose.unwrap_or_default())?,
    };
    super::check::whole(layers, &azure)?;
    super::name::check(layers, name, &azure)?;
    network::check(layers, &azure)?;
    Ok(azure)
}

fn kubernetes(written: model::Kubernetes) -> Kubernetes {
    let model::Kubernetes {
        version,
        tier,
        node_pools,
        authorized_ip_ranges,
        private,
    } = written;
    Kubernetes {
        version: text(version, KUBERNETES),
        tier: tier.unwrap_or_default(),
        pools: pools(node_pools),
        authorized_ip_ranges: values(authorized_ip_ranges.unwrap_or_default()),
        private: private.is_some_and(|private| private.value),
    }
}

/// The node pools. The system pool comes first.
fn pools(written: Option<BTreeMap<PoolName, model::NodePool>>) -> Vec<NodePool> {
    let Some(written) = written else {
        return vec![pool(SYSTEM_POOL.to_owned(), model::NodePool::default())];
    };
    let pools = written.into_iter();
    let mut pools: Vec<NodePool> = pools
        .map(|(name, written)| pool(name.to_string(), written))
        .collect();
    pools.sort_by_key(|pool| pool.name != SYSTEM_POOL);
    pools
}

fn pool(name: String, written: model::NodePool) -> NodePool {
    let model::NodePool {
        vm_size,
        count,
        os_disk,
        max_pods,
    } = written;
    NodePool {
        name,
        vm_size: text(vm_size, VM_SIZE),
        count: count.map_or(NODES, Whole::get_u16),
        os_disk_gib: os_disk.map_or(OS_DISK_GIB, Whole::get_u16),
        max_pods: max_pods.map_or(MAX_PODS, |it| it.value.get_u16()),
    }
}

fn mysql(written: model::Mysql) -> Mysql {
    let model::Mysql {
        sku,
        storage,
        auto_grow,
        high_availability,
        backup_retention_days,
        geo_redundant_backup,
        administrator,
    } = written;
    Mysql {
        sku: text(sku.map(|sku| sku.value), MYSQL_SKU),
        storage_gib: storage.map_or(MYSQL_STORAGE_GIB, |it| it.value.get()),
        auto_grow: auto_grow.unwrap_or(true),
        high_availability: high_availability.map_or_else(Default::default, |it| it.value),
        backup_retention_days: backup_retention_days.map_or(BACKUP_RETENTION_DAYS, Whole::get_u16),
        geo_redundant_backup: geo_redundant_backup.unwrap_or_default(),
        administrator: text(administrator, ADMINISTRATOR),
    }
}

fn registry(written: &model::Registry) -> Registry {
    let model::Registry { sku } = *written;
    Registry {
        sku: sku.unwrap_or_default(),
    }
}

fn network(written: model::Network) -> Network {
    let model::Network {
        address_space,
        nodes,
        mysql,
        services,
    } = written;
    Network {
        address_space: value(address_space, ADDRESS_SPACE),
        nodes: value(nodes, NODES_SUBNET),
        mysql: value(mysql, MYSQL_SUBNET),
        services: value(services, SERVICES),
    }
}

fn expose(layers: &Layers, written: model::Expose) -> Result<Expose, Error> {
    let model::Expose { web, starter } = written;
    Ok(Expose {
        web: exposure(layers, web, "web")?,
        starter: exposure(layers, starter, "starter")?,
    })
}

fn exposure(
    layers: &Layers,
    written: Option<model::Exposure>,
    service: &str,
) -> Result<Exposure, Error> {
    Ok(match written {
        None | Some(model::Exposure::ClusterIp) => Exposure::ClusterIp,
        Some(model::Exposure::Internal) => Exposure::Internal,
        Some(model::Exposure::Public(model::Public { allow })) => {
            let key = format!("backend.azure.expose.{service}.public.allow");
            Exposure::Public(values(layers.require(allow, &key)?))
        }
    })
}

fn text(written: Option<impl ToString>, default: &str) -> String {
    written.map_or_else(|| default.to_owned(), |written| written.to_string())
}

fn value<T>(written: Option<Spanned<T>>, default: T) -> T {
    written.map_or(default, |written| written.value)
}

fn values<T>(written: Vec<Spanned<T>>) -> Vec<T> {
    written.into_iter().map(|written| written.value).collect()
}
