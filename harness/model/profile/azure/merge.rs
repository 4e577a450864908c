//! Merges Azure settings with those of the extended profile, by the rules of [`crate::profile`].

use std::collections::BTreeMap;

use super::model::{
    Azure, Expose, Exposure, Kubernetes, Mysql, Network, NodePool, Public, Registry,
};
use super::scalar::{PoolName, TagName, TagValue};
use crate::profile::overlay::Overlay;

impl Overlay for Azure {
    fn overlay(self, over: Self) -> Self {
        Self {
            region: over.region.or(self.region),
            subscription: over.subscription.or(self.subscription),
            resource_group: over.resource_group.or(self.resource_group),
            tags: self.tags.overlay(over.tags),
            time_to_live: over.time_to_live.or(self.time_to_live),
            budget: over.budget.or(self.budget),
            kubernetes: self.kubernetes.overlay(over.kubernetes),
            mysql: self.mysql.overlay(over.mysql),
            registry: self.registry.overlay(over.registry),
            network: self.network.overlay(over.network),
            expose: self.expose.overlay(over.expose),
        }
    }
}

impl Overlay for Kubernetes {
    fn overlay(self, over: Self) -> Self {
        Self {
            version: over.version.or(self.version),
            tier: over.tier.or(self.tier),
            node_pools: self.node_pools.overlay(over.node_pools),
            authorized_ip_ranges: over.authorized_ip_ranges.or(self.authorized_ip_ranges),
            private: over.private.or(self.private),
        }
    }
}

impl Overlay for BTreeMap<TagName, TagValue> {
    fn overlay(mut self, over: Self) -> Self {
        self.extend(over);
        self
    }
}

/// Pools with the same name are merged.
impl Overlay for BTreeMap<PoolName, NodePool> {
    fn overlay(mut self, over: Self) -> Self {
        for (name, over) in over {
            let pool = match self.remove(&name) {
                Some(base) => base.overlay(over),
                None => over,
            };
            self.insert(name, pool);
        }
        self
    }
}

impl Overlay for NodePool {
    fn overlay(self, over: Self) -> Self {
        Self {
            vm_size: over.vm_size.or(self.vm_size),
            count: over.count.or(self.count),
            os_disk: over.os_disk.or(self.os_disk),
            max_pods: over.max_pods.or(self.max_pods),
        }
    }
}

impl Overlay for Mysql {
    fn overlay(self, over: Self) -> Self {
        Self {
            sku: over.sku.or(self.sku),
            storage: over.storage.or(self.storage),
            auto_grow: over.auto_grow.or(self.auto_grow),
            high_availability: over.high_availability.or(self.high_availability),
            backup_retention_days: over.backup_retention_days.or(self.backup_retention_days),
            geo_redundant_backup: over.geo_redundant_backup.or(self.geo_redundant_backup),
            administrator: over.administrator.or(self.administrator),
        }
    }
}

impl Overlay for Registry {
    fn overlay(self, over: Self) -> Self {
        Self {
            sku: over.sku.or(self.sku),
        }
    }
}

impl Overlay for Network {
    fn overlay(self, over: Self) -> Self {
        Self {
            address_space: over.address_space.or(self.address_space),
            nodes: over.nodes.or(self.nodes),
            mysql: over.mysql.or(self.mysql),
            services: over.services.or(self.services),
        }
    }
}

impl Overlay for Expose {
    fn overlay(self, over: Self) -> Self {
        Self {
            web: self.web.overlay(over.web),
            starter: self.starter.overlay(over.starter),
        }
    }
}

impl Overlay for Exposure {
    fn overlay(self, over: Self) -> Self {
        match (self, over) {
            (Self::Public(base), Self::Public(over)) => Self::Public(base.overlay(over)),
            (_, over) => over,
        }
    }
}

impl Overlay for Public {
    fn overlay(self, over: Self) -> Self {
        Self {
            allow: over.allow.or(self.allow),
        }
    }
}
