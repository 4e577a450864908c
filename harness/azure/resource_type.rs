//! Resource types, as Azure writes them.

pub const NETWORK: &str = "Microsoft.Network/virtualNetworks";
pub const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";
pub const ZONE: &str = "Microsoft.Network/privateDnsZones";
/// Makes the names of a private DNS zone resolve in a virtual network.
pub const ZONE_LINK: &str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
/// Flexible servers of Azure Database for MySQL.
pub const SERVER: &str = "Microsoft.DBforMySQL/flexibleServers";
pub const DATABASE: &str = "Microsoft.DBforMySQL/flexibleServers/databases";
/// Server parameters (variables) of a MySQL server.
pub const PARAMETER: &str = "Microsoft.DBforMySQL/flexibleServers/configurations";
pub const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
/// Node pools.
pub const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
pub const REGISTRY: &str = "Microsoft.ContainerRegistry/registries";
pub const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
pub const ROLE_ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
pub const ROLE_DEFINITION: &str = "Microsoft.Authorization/roleDefinitions";
pub const GROUP: &str = "Microsoft.Resources/resourceGroups";
pub const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
pub const STACK: &str = "Microsoft.Resources/deploymentStacks";
/// Results that Azure keeps of "what would this stack change?".
pub const STACK_WHAT_IF: &str = "Microsoft.Resources/deploymentStacksWhatIfResults";
/// The tags of a resource, as a resource of their own.
pub const TAGS: &str = "Microsoft.Resources/tags";
