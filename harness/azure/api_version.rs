//! The API version that is used for each kind of resource. All are released versions. The tests
//! check requests against Microsoft's description of them.

/// Resource groups, providers and deployments.
pub const RESOURCES: &str = "2024-03-01";
/// Deployment stacks: the first version that has a setting for resources which Azure cannot delete
/// on their own. The tests use Microsoft's description of 2024-03-01, which lacks only this
/// setting.
pub const STACKS: &str = "2025-07-01";
/// What-if results of deployment stacks.
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
/// Role assignments, and the permissions of a caller.
pub const AUTHORIZATION: &str = "2022-04-01";
/// Quotas of virtual machines.
pub const COMPUTE: &str = "2024-03-01";
/// Sizes of virtual machines. Their API has its own versions.
pub const COMPUTE_SKUS: &str = "2021-07-01";
