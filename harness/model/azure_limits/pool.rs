//! The nodes of a pool: how many there are, and what each has.

use std::ops::RangeInclusive;

/// The longest name of a pool whose nodes run Linux: <https://aka.ms/aks-naming-rules>.
pub const POOL_NAME: usize = 12;
/// The longest name of a pool whose nodes run Windows (the same page).
pub const WINDOWS_POOL_NAME: usize = 6;

/// How many nodes a pool has at most:
/// <https://github.com/kubernetes-sigs/cluster-api-provider-azure/issues/5947>.
pub const NODES: i64 = 1000;

/// The size of a node's disk in GiB: <https://github.com/pulumi/pulumi-azure-native/issues/663>.
pub const OS_DISK: RangeInclusive<i64> = 30..=2048;

/// How many pods a node takes at most: <https://github.com/Azure/AKS/issues/2572>,
/// <https://learn.microsoft.com/azure/aks/quotas-skus-regions>.
pub const MAX_PODS: RangeInclusive<i64> = 10..=250;

/// How many pods the nodes of a system pool have room for at least, all together:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>,
/// <https://github.com/Azure/AKS/issues/1422>.
pub const SYSTEM_PODS: i64 = 30;
