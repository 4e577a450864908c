//! Strategies for valid Azure settings, for property tests.

use std::str::FromStr;

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;

use super::model::{
    Azure, Expose, Exposure, Kubernetes, Mysql, Network, NodePool, Public, Registry,
};
use super::{Cidr, HighAvailability, RegistrySku, Tier};
use crate::profile::arbitrary_value::{duration, scalar, spanned};
use crate::quantity::{Duration, Whole};

/// Valid Azure settings.
pub(in crate::profile) fn azure() -> BoxedStrategy<Azure> {
    let tag = btree_map(text("t[a-z]{0,6}"), text("[ a-z:#]{0,6}"), 0..3);
    let scalars = (
        of(text("[a-z]{3,9}[0-9]?")),
        of(text(
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        )),
        of(text("[A-Za-z_.]{0,9}[a-z]")),
        of(tag),
        of(duration().prop_filter("not zero", |it| *it != Duration::default())),
        of(1_u32..9999),
    );
    let parts = (
        of(kubernetes().boxed()),
        of(mysql().boxed()),
        of(of(registry_sku()).prop_map(|sku| Registry { sku })),
        of(network().boxed()),
        of((of(exposure()), of(exposure())).prop_map(|(web, starter)| Expose { web, starter })),
    );
    (scalars, parts)
        .prop_map(
            |(scalars, (kubernetes, mysql, registry, network, expose))| {
                let (region, subscription, resource_group, tags, time_to_live, budget) = scalars;
                Azure {
                    region,
                    subscription,
                    resource_group: resource_group.map(spanned),
                    tags,
                    time_to_live: time_to_live.map(spanned),
                    budget: budget.and_then(Whole::new),
                    kubernetes,
                    mysql,
                    registry,
                    network,
                    expose,
                }
            },
        )
        .boxed()
}

fn kubernetes() -> impl Strategy<Value = Kubernetes> {
    let tier = prop_oneof![Just(Tier::Free), Just(Tier::Standard), Just(Tier::Premium)];
    let pools = btree_map(text("[a-z][a-z0-9]{0,2}"), pool(), 1..4);
    let values = (
        of(text("1\\.[1-9][0-9]")),
        of(tier),
        of(pools),
        of(vec(range(), 0..3)),
        of(any::<bool>()),
    );
    values.prop_map(|(version, tier, node_pools, ranges, private)| Kubernetes {
        version,
        tier,
        node_pools,
        authorized_ip_ranges: ranges.map(|ranges| ranges.into_iter().map(spanned).collect()),
        private: private.map(spanned),
    })
}

fn pool() -> impl Strategy<Value = NodePool> {
    let size = text("Standard_[A-Z][0-9]{1,2}s_v[0-9]");
    (
        of(size),
        of(1_u32..=1000),
        of(30_u32..=2048),
        of(10_u32..=250),
    )
        .prop_map(|(vm_size, count, os_disk, max_pods)| NodePool {
            vm_size,
            count: count.and_then(Whole::new),
            os_disk: os_disk.and_then(Whole::new),
            max_pods: max_pods.and_then(Whole::new).map(spanned),
        })
}

fn mysql() -> impl Strategy<Value = Mysql> {
    let standby = prop_oneof![
        Just(HighAvailability::Disabled),
        Just(HighAvailability::SameZone),
        Just(HighAvailability::ZoneRedundant),
    ];
    let values = (
        of(text("Standard_[BDE][0-9]{1,2}[a-z]{0,2}")),
        of(20_u32..16384),
        of(any::<bool>()),
        of(standby),
        of(1_u32..=35),
        of(any::<bool>()),
        of(text("t[a-z0-9_]{0,9}")),
    );
    values.prop_map(
        |(sku, storage, auto_grow, standby, days, geo, administrator)| Mysql {
            sku: sku.map(spanned),
            storage: storage.and_then(Whole::new).map(spanned),
            auto_grow,
            high_availability: standby.map(spanned),
            backup_retention_days: days.and_then(Whole::new),
            geo_redundant_backup: geo,
            administrator,
        },
    )
}

fn registry_sku() -> impl Strategy<Value = RegistrySku> {
    prop_oneof![
        Just(RegistrySku::Basic),
        Just(RegistrySku::Standard),
        Just(RegistrySku::Premium),
    ]
}

fn network() -> impl Strategy<Value = Network> {
    let range = || of(range().prop_map(spanned));
    (range(), range(), range(), range()).prop_map(|(address_space, nodes, mysql, services)| {
        Network {
            address_space,
            nodes,
            mysql,
            services,
        }
    })
}

fn exposure() -> impl Strategy<Value = Exposure> {
    let public = of(vec(range().prop_map(spanned), 1..3));
    prop_oneof![
        Just(Exposure::ClusterIp),
        Just(Exposure::Internal),
        public.prop_map(|allow| Exposure::Public(Public { allow })),
    ]
}

/// A range that is small enough to be allowed.
fn range() -> impl Strategy<Value = Cidr> {
    (1_u8..=223, any::<u8>(), any::<u8>()).prop_map(|(a, b, c)| Cidr::new([a, b, c, 0], 24))
}

fn text<T: FromStr<Err: std::fmt::Debug> + std::fmt::Debug>(
    pattern: &'static str,
) -> impl Strategy<Value = T> {
    pattern.prop_map(|text| scalar(&text))
}
