//! Limits of node pools.

use std::ops::RangeInclusive;

/// The maximum length of the name of a pool of Linux nodes: <https://aka.ms/aks-naming-rules>.
pub const POOL_NAME: usize = 12;
/// The maximum length of the name of a pool of Windows nodes (the same page).
pub const WINDOWS_POOL_NAME: usize = 6;

/// The maximum number of nodes in a pool:
/// <https://github.com/kubernetes-sigs/cluster-api-provider-azure/issues/5947>.
pub const NODES: i64 = 1000;

/// The allowed size of a node's disk in GiB:
/// <https://github.com/pulumi/pulumi-azure-native/issues/663>.
pub const OS_DISK: RangeInclusive<i64> = 30..=2048;

/// The allowed values for the maximum number of pods on a node:
/// <https://github.com/Azure/AKS/issues/2572>,
/// <https://learn.microsoft.com/azure/aks/quotas-skus-regions>.
pub const MAX_PODS: RangeInclusive<i64> = 10..=250;

/// The minimum number of pods that all nodes of a system pool together must have room for:
/// <https://learn.microsoft.com/azure/aks/use-system-pools#system-and-user-node-pools>,
/// <https://github.com/Azure/AKS/issues/1422>.
pub const SYSTEM_PODS: i64 = 30;
