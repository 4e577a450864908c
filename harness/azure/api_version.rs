//! The versions of Azure's interfaces that are spoken: one per kind of resource, all of them
//! released ones whose description by Microsoft the tests hold requests against.

/// Resource groups, providers and deployments.
pub const RESOURCES: &str = "2024-03-01";
/// Deployment stacks: the first version that has a word for what becomes of resources which cannot be
/// deleted by themselves. Microsoft's descriptions at hand are of 2024-03-01, which lacks that word
/// alone.
pub const STACKS: &str = "2025-07-01";
/// What a deployment stack would change.
pub const STACK_WHAT_IF: &str = "2025-07-01";
/// User-assigned managed identities.
pub const IDENTITY: &str = "2023-01-31";
/// Virtual networks.
pub const NETWORK: &str = "2024-01-01";
/// Private DNS zones.
pub const PRIVATE_DNS: &str = "2020-06-01";
/// Azure Database for MySQL, flexible servers.
pub const MYSQL: &str = "2023-12-30";
/// Container registries.
pub const REGISTRY: &str = "2023-07-01";
/// Kubernetes clusters.
pub const KUBERNETES: &str = "2024-02-01";
/// Role assignments, and what a caller may do.
pub const AUTHORIZATION: &str = "2022-04-01";
/// Quotas of virtual machines.
pub const COMPUTE: &str = "2024-03-01";
/// Sizes of virtual machines, which have a version of their own.
pub const COMPUTE_SKUS: &str = "2021-07-01";
