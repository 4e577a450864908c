//! Types of resources, as Azure writes them.

/// Virtual networks.
pub const NETWORK: &str = "Microsoft.Network/virtualNetworks";
/// Subnets of virtual networks.
pub const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";
/// Private DNS zones.
pub const ZONE: &str = "Microsoft.Network/privateDnsZones";
/// Links of private DNS zones to virtual networks.
pub const ZONE_LINK: &str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
/// Flexible servers of Azure Database for MySQL.
pub const SERVER: &str = "Microsoft.DBforMySQL/flexibleServers";
/// Databases of servers.
pub const DATABASE: &str = "Microsoft.DBforMySQL/flexibleServers/databases";
/// Parameters of servers.
pub const PARAMETER: &str = "Microsoft.DBforMySQL/flexibleServers/configurations";
/// Kubernetes clusters.
pub const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
/// Pools of clusters' nodes.
pub const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
/// Container registries.
pub const REGISTRY: &str = "Microsoft.ContainerRegistry/registries";
/// User-assigned managed identities.
pub const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
/// Assignments of roles.
pub const ROLE_ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
/// Definitions of roles.
pub const ROLE_DEFINITION: &str = "Microsoft.Authorization/roleDefinitions";
/// Resource groups.
pub const GROUP: &str = "Microsoft.Resources/resourceGroups";
/// Deployments.
pub const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
/// Deployment stacks.
pub const STACK: &str = "Microsoft.Resources/deploymentStacks";
/// What deployment stacks would do.
pub const STACK_WHAT_IF: &str = "Microsoft.Resources/deploymentStacksWhatIfResults";
/// The tags of something.
pub const TAGS: &str = "Microsoft.Resources/tags";
